#!/usr/bin/env bash
# Proves the README's two commands on a machine that has nothing: Debian's smallest system with python3-venv
# and make, as an unprivileged user. Then the platform lives its demo and an invoice's PDF opens. Needs root,
# debootstrap, pdfinfo and the registries. Prints seconds and sizes. The sources are the files of this folder.
#   tests/deploy/fresh_machine.sh [--with-tests]
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
place=$(mktemp -d /var/tmp/maillage-fresh.XXXX)
root=$place/root
with_tests=${1:-}
link=2500000 # bytes a second: 20 Mbit/s

leave() {
    if [ -n "${platform:-}" ]; then
        kill -INT -- "-$platform" 2>/dev/null || true
        wait "$platform" 2>/dev/null || true
    fi
    for mounted in proc dev/shm; do umount --lazy "$root/$mounted" 2>/dev/null || true; done
    rm -rf "$place"
}
trap leave EXIT

passed=0 failed=0
fail() { echo "FAILED: $*" >&2; exit 1; }
# A measure that is out of bounds is counted, and what comes after it is proved all the same.
check() {
    if (($1)); then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $2" >&2; fi
}
received() { awk -F'[: ]+' '$2 != "lo" && NR > 2 { sum += $3 } END { printf "%.0f", sum }' /proc/net/dev; }
# The ports are this machine's own: seven free ones, as settings of the visitor. How long it took is judged here.
settings() {
    python3 -c 'import socket
names = "KAFKA SMTP PORTAL MEMBERSHIP BOOKING BILLING NOTIFICATIONS".split()
probes = [socket.create_server(("127.0.0.1", 0)) for _ in names]
for name, probe in zip(names, probes):
    print(f"MAILLAGE_{name}_PORT={probe.getsockname()[1]}")
print("MAILLAGE_START_SECONDS=300")'
}
# As the visitor: no variable of this machine but the certificates that its network may need.
visit() {
    chroot --userspec=visitor:visitor "$root" env -i HOME=/home/visitor PATH=/usr/bin:/bin LANG=C.UTF-8 \
        ${certificates:+SSL_CERT_FILE=$certificates PIP_CERT=$certificates REQUESTS_CA_BUNDLE=$certificates} \
        bash -c "set -a && . ~/settings && cd ~/maillage && $1"
}

echo "== a machine that has nothing"
debootstrap --variant=minbase --include=python3,python3-venv,make,ca-certificates \
    "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$root" >"$place/log" 2>&1 || fail "$(tail -3 "$place/log")"
mount -t proc proc "$root/proc"
mkdir -p "$root/dev/shm" && mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
cp /etc/resolv.conf /etc/hosts "$root/etc/"
if [ -n "${SSL_CERT_FILE:-}" ]; then
    certificates=/etc/machine-certificates.pem
    cp "$SSL_CERT_FILE" "$root$certificates"
fi
chroot "$root" useradd --create-home visitor
mkdir "$root/home/visitor/maillage"
(cd "$here" && git ls-files -z --cached --others --exclude-standard |
    tar --create --null --files-from=- --ignore-failed-read --warning=no-failed-read) |
    tar --extract --directory "$root/home/visitor/maillage"
settings >"$root/home/visitor/settings"
chroot "$root" chown -R visitor:visitor /home/visitor

# Starts `make run` in a process group of its own and waits until all parts are ready.
ready_within() {
    local begun=$SECONDS
    setsid bash -c "$(declare -f visit); root=$root certificates=${certificates:-}; visit 'make run'" \
        >"$place/run.log" 2>&1 </dev/null &
    platform=$!
    until visit '.venv/bin/maillage status --json 2>/dev/null' 2>/dev/null | grep -q '^{"ready": *true'; do
        kill -0 "$platform" 2>/dev/null || fail "make run ended: $(tail -5 "$place/run.log")"
        ((SECONDS - begun < $1)) || fail "not ready after $1 s: $(tail -5 "$place/run.log")"
        sleep 0.5
    done
    took=$((SECONDS - begun))
}
stop() {
    visit '.venv/bin/maillage down' || fail "maillage down"
    wait "$platform" 2>/dev/null || true
    platform=
}

echo "== without python3-venv, one sentence names the package"
mv "$root/usr/lib/python3.11/ensurepip" "$place/ensurepip"
said=$(visit 'make run' 2>&1 || true)
mv "$place/ensurepip" "$root/usr/lib/python3.11/ensurepip"
grep -q 'install the package python3-venv' <<<"$said" || fail "make run said: $said"
echo "$said"

echo "== make run, for the first time"
before=$(received)
ready_within 1500
bytes=$(($(received) - before))
echo "ready after $took s; $((bytes / 1000000)) MB received, which a link of 20 Mbit/s brings in $((bytes / link)) s"
visit 'du -sh .venv .maillage ~/.cache 2>/dev/null' || true
check "bytes / link + took <= 300" "more than five minutes on a link of 20 Mbit/s"
stop

echo "== make run, for the second time"
ready_within 300
echo "ready after $took s"
check "took <= 15" "more than 15 s"

echo "== maillage demo, and an invoice of it"
begun=$SECONDS
visit '.venv/bin/maillage demo --json' >"$place/demo.json" 2>"$place/demo.log" || fail "$(tail -5 "$place/demo.log")"
echo "the demo took $((SECONDS - begun)) s: $(grep -o '"ok": *true' "$place/demo.json" | wc -l) times «ok»"
visit '.venv/bin/python tests/deploy/an_invoice.py' >"$place/invoice.pdf" || fail "no invoice"
head --bytes=8 "$place/invoice.pdf" && echo
pdfinfo "$place/invoice.pdf" | grep -E '^(Title|Pages|Page size|PDF version)' || true
pages=$(pdfinfo "$place/invoice.pdf" | awk '$1 == "Pages:" { print $2 }')
check "${pages:-0} >= 1" "the invoice has no page"
stop

if [ "$with_tests" = --with-tests ]; then
    echo "== make test"
    begun=$SECONDS
    visit 'make test' || fail "make test"
    echo "make test took $((SECONDS - begun)) s"
    check "SECONDS - begun < 480" "more than eight minutes"
fi
echo "$passed passed, $failed failed"
((failed == 0))
