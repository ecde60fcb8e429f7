"""Assembles the platform of a data folder: which parts, in which stages, and what happens between them."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from maillage import portal, services
from maillage.runtime.java import Installed
from maillage.runtime.marks import mark_of
from maillage.runtime.part import Part
from maillage.runtime.ports import answers, require_free
from maillage.runtime.postgres import Postgres
from maillage.runtime.supervisor import Stage
from maillage.sentences import NO_ROOM, NOT_WRITABLE, TOPICS_FAILED, StartError
from maillage.settings import Settings, port_setting

FIRST_START_MB = (
    400  # a new PostgreSQL takes 50; its write-ahead log and Kafka's segments grow from the first minute
)
RESUME_MB = 50  # below, the next checkpoint may already fail
TOPICS_MARK = "kafka/topics"  # in the broker's own folder: who removes its data removes the mark
Say = Callable[[str], None]


class Platform:
    """The stages of one platform; the database's superuser address is fixed once its server is prepared."""

    def __init__(self, settings: Settings, installed: Installed | None, say: Say) -> None:
        self.settings = settings
        self.say = say
        self.postgres = None if settings.postgres else Postgres(settings.data)
        self.kafka = installed.kafka(settings.data, settings.kafka_port) if installed else None
        self.services = services.present(settings)

    def stages(self) -> list[Stage]:
        servers = [server.part() for server in (self.postgres, self.kafka) if server is not None]
        first = Stage([*servers, mail_part(self.settings)])
        kafka = [] if self._topics_known() else [Stage([], before=self.make_topics, needs=["kafka"])]
        second = [service.part() for service in self.services] + portal.parts(self.settings, self.services)
        return [first, *kafka, Stage(second, before=self.make_databases, needs=["postgres"])]

    def make_databases(self) -> None:
        """Databases, roles and migrations, once PostgreSQL is ready; raises StartError."""
        superuser = self.settings.postgres or (self.postgres.dsn if self.postgres else "")
        for service in self.services:
            service.make_database(superuser)
        behind = [service for service in self.services if not service.is_migrated()]
        if behind:
            self.say(f"migrations: {', '.join(service.name for service in behind)}")
            with ThreadPoolExecutor() as threads:
                list(threads.map(services.Service.migrate, behind))

    def _topics_known(self) -> bool:
        """Whether our own broker has these topics already: then the services need not wait for it."""
        mark = self.settings.data / TOPICS_MARK
        return self.kafka is not None and mark.exists() and mark.read_text(encoding="utf-8") == _topics_mark()

    def make_topics(self) -> None:
        """Create missing topics and tell of differences, once Kafka is ready; raises StartError."""
        from aiokafka.errors import KafkaError  # noqa: PLC0415 - only a start of the platform speaks to Kafka

        from maillage import topics  # noqa: PLC0415 - the same

        address = self.settings.kafka_address
        try:
            report = asyncio.run(topics.ensure(address, topics.wanted()))
        except (KafkaError, OSError, topics.TopicError) as error:
            raise StartError(TOPICS_FAILED, address=address, reason=error) from error
        if report.created:
            self.say(f"topics: {len(report.created)} created")
        for sentence in report.drift:
            self.say(f"topics: {sentence}")
        if self.kafka is not None:
            (self.settings.data / TOPICS_MARK).write_text(_topics_mark(), encoding="utf-8")

    def service(self, name: str) -> services.Service | None:
        """The service of that name as it runs; None when it is no part of this platform."""
        return next((service for service in self.services if service.name == name), None)


def _topics_mark() -> str:
    return mark_of(("contracts", "chassis"))


def mail_part(settings: Settings) -> Part:
    port, folder = settings.smtp_port, settings.data / "mail"
    return Part(
        name="mail",
        command=lambda: [sys.executable, "-m", "maillage.runtime.mail", str(port), str(folder)],
        log=settings.data / "log" / "mail.log",
        prepare=lambda: require_free(port, "mail", "MAILLAGE_SMTP_PORT"),
        ready=lambda _pid: answers(port),
        address=f"smtp://127.0.0.1:{port}",
    )


def require_usable(data: Path) -> None:
    """Make the data folder; raises StartError when it cannot be written or has no room."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        probe = data / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StartError(NOT_WRITABLE, folder=data, reason=error.strerror) from error
    free = shutil.disk_usage(data).free // 1_000_000
    needed = RESUME_MB if (data / "postgres").exists() else FIRST_START_MB
    if free < needed:
        raise StartError(NO_ROOM, folder=data, free=free, needed=needed)


def require_ports(settings: Settings) -> None:
    """Raises StartError for the first port that another process holds."""
    if settings.kafka is None:
        require_free(settings.kafka_port, "kafka", "MAILLAGE_KAFKA_PORT")
    require_free(settings.smtp_port, "mail", "MAILLAGE_SMTP_PORT")
    found = services.present(settings)
    for service in found:
        require_free(service.port, service.name, port_setting(service.name))
    if portal.parts(settings, found):
        require_free(settings.portal_port, "portal", portal.PORT_SETTING)
