"""Assembles the platform of a data folder: which parts, in which stages, and what happens between them."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from maillage import services
from maillage.runtime.java import Installed
from maillage.runtime.part import Part
from maillage.runtime.ports import answers, require_free
from maillage.runtime.postgres import Postgres
from maillage.runtime.supervisor import Stage
from maillage.sentences import DATABASE_UNREACHABLE, NO_ROOM, NOT_WRITABLE, TOPICS_FAILED, StartError
from maillage.settings import Settings, port_setting

FIRST_START_MB = (
    400  # a new PostgreSQL takes 50; its write-ahead log and Kafka's segments grow from the first minute
)
RESUME_MB = 50  # below, the next checkpoint may already fail
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
        return [first, Stage([service.part() for service in self.services], before=self.set_up)]

    def set_up(self) -> None:
        """Topics, databases and migrations, once the servers are ready; raises StartError."""
        self._topics()
        for service in self.services:
            self._make_database(service)
        if self.services:
            self.say(f"migrations: {', '.join(service.name for service in self.services)}")
            with ThreadPoolExecutor() as threads:
                list(threads.map(services.Service.migrate, self.services))

    def _topics(self) -> None:
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

    def _make_database(self, service: services.Service) -> None:
        import psycopg  # noqa: PLC0415 - only a start of the platform speaks to PostgreSQL

        superuser = self.settings.postgres or (self.postgres.dsn if self.postgres else "")
        try:
            service.make_database(superuser)
        except psycopg.OperationalError as error:
            raise StartError(DATABASE_UNREACHABLE, reason=str(error).strip()) from error


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
    for service in services.present(settings):
        require_free(service.port, service.name, port_setting(service.name))
