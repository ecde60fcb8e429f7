#!/bin/bash
# Runs a throw-away broker until it answers: Java notes what it loads, writes its ahead-of-time cache while it
# ends, and needs half the time for every start after that.
set -euo pipefail
export KAFKA_NODE_ID=1 KAFKA_PROCESS_ROLES=broker,controller KAFKA_CONTROLLER_LISTENER_NAMES=CONTROLLER
export KAFKA_CONTROLLER_QUORUM_VOTERS=1@127.0.0.1:9093 KAFKA_LOG_DIRS=/tmp/training
export KAFKA_LISTENERS=PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093

start "-XX:AOTCacheOutput=$HOME/kafka.aot" &
until (: </dev/tcp/127.0.0.1/9092) 2>/dev/null; do
    kill -0 $!
    sleep 0.2
done
kill -TERM $!
wait $! || true
rm -r /tmp/training
test -f "$HOME/kafka.aot"
