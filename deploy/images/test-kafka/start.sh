#!/bin/bash
# Writes the broker's properties from its environment, formats its storage the first time, becomes the broker.
#   start [more of Java's options]
set -euo pipefail

properties=$HOME/server.properties
logs=${KAFKA_LOG_DIRS:?names the folder of the logs}
java=(/opt/java/bin/java -Xms256m -Xmx512m -Djava.awt.headless=true -Dlog4j2.level=WARN
    --enable-native-access=ALL-UNNAMED -cp "$(printf '%s:' /opt/kafka/*.jar)")
[ ! -f "$HOME/kafka.aot" ] || java+=("-XX:AOTCache=$HOME/kafka.aot")

env | sed -n 's/^KAFKA_//p' | while IFS='=' read -r name value; do
    name=${name,,}
    echo "${name//_/.}=$value"
done >"$properties"
if [ ! -f "$logs/meta.properties" ]; then
    "${java[@]}" kafka.tools.StorageTool format --cluster-id bWFpbGxhZ2UtdGVzdHMtMQ --config "$properties"
fi
exec "${java[@]}" "$@" kafka.Kafka "$properties"
