#!/usr/bin/env bash
# Runs the tests of each service without the others and without the operator's command installed: in a virtual
# environment with the service, the chassis and the contracts alone, the servers given by address. The program of
# a machine, which booking's tests really run, is a client of the public API and no service.
set -euo pipefail
cd "$(dirname "$0")/.."
environments=$(mktemp -d)
trap 'rm -rf "$environments"' EXIT
failed=()

for app in services/*/src/*/app.py; do
    name=$(basename "$(dirname "$app")")
    .venv/bin/uv venv --quiet "$environments/$name"
    .venv/bin/uv pip install --quiet --python "$environments/$name" --constraint requirements.lock \
        --editable contracts --editable "chassis[testing]" --editable "services/$name" --editable controllers
    for other in services/*/src/*/app.py; do
        other=$(basename "$(dirname "$other")")
        [ "$other" = "$name" ] || ! "$environments/$name/bin/python" -c "import $other.app" 2>/dev/null ||
            { echo "$name can import $other" >&2; exit 1; }
    done
    echo "== $name"
    .venv/bin/python -m maillage.testservers -- "$environments/$name/bin/python" -m pytest -q -n 3 \
        --dist loadfile --no-loadscope-reorder -m "not slow" "services/$name/tests" || failed+=("$name")
done
((${#failed[@]} == 0)) || { echo "failed: ${failed[*]}" >&2; exit 1; }
