#!/usr/bin/env bash
# Proves that each service passes its tests without the others and without the operator's command installed:
# a virtual environment with the service, the chassis and the contracts alone, the servers given by address. The
# storms of rivals import what the other tests do, and are not fought a second time.
set -euo pipefail
cd "$(dirname "$0")/../.."
environments=$(mktemp -d)
trap 'rm -rf "$environments"' EXIT

for service in services/*/; do
    name=$(basename "$service")
    [ -f "services/$name/src/$name/app.py" ] || continue
    .venv/bin/uv venv --quiet "$environments/$name"
    .venv/bin/uv pip install --quiet --python "$environments/$name" --constraint requirements.lock \
        --editable contracts --editable "chassis[testing]" --editable "services/$name"
    for other in services/*/; do
        other=$(basename "$other")
        [ "$other" = "$name" ] || [ ! -f "services/$other/src/$other/app.py" ] ||
            ! "$environments/$name/bin/python" -c "import $other.app" 2>/dev/null ||
            { echo "$name can import $other" >&2; exit 1; }
    done
    echo "== $name"
    .venv/bin/python -m maillage.testservers -- \
        "$environments/$name/bin/python" -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder -m "not slow" -k "not rivals" "services/$name/tests"
done
