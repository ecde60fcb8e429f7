"""The life of one process of a service: start in order, work, drain, stop."""

import asyncio
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import asyncpg
import structlog
import uvicorn

from chassis import gauges
from chassis.commands import Desk
from chassis.consumer import Consumer
from chassis.db import Database
from chassis.door import Doorway
from chassis.effects import OWED, Effects
from chassis.faults import described
from chassis.health import Health, database_answers, migrations_current
from chassis.housekeeping import keep_house
from chassis.http import application
from chassis.jwks import JwksKeeper
from chassis.kafka import Kafka
from chassis.lane_worker import LaneWorker
from chassis.observed import Observed
from chassis.pages import Cursors
from chassis.relay import Relay
from chassis.settings import Settings
from chassis.timers import Timers
from chassis.tokens import Verifier
from chassis.wakeup import Notifier
from chassis.watchdog import ConsumerStuckError

if TYPE_CHECKING:
    from chassis.service import Service

ROLES = ("api", "worker", "relay")
KEPT_OPEN = 75  # seconds that a connection may be idle: longer than a client waits before it closes its own
DRAIN = 20.0  # seconds that work in progress may take after a signal to stop

log = structlog.get_logger(__name__)


class Process:
    """One process of a service, in some of its roles."""

    def __init__(self, service: "Service", settings: Settings, roles: frozenset[str], number: int) -> None:
        self._service = service
        self._settings = settings
        self._roles = roles
        self._kafka = Kafka(settings.kafka, service.name, settings.copy)
        self._relay = Relay(settings.database_url, self._kafka, service.name, f"{settings.copy}-{number}")
        self._consumers: list[Consumer] = []
        self._stopping = asyncio.Event()
        self._health = Health()
        self._tasks: dict[str, asyncio.Task[Any]] = {}
        self._failed = False

    async def run(self) -> int:
        """Work until SIGTERM or SIGINT, or until a part fails for good; return the exit code."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._stopping.set)
        if (database := await self._connected()) is None:
            return 0
        notifier = Notifier(self._settings.database_url, self._relay)
        database.committed = notifier.commit
        self._start("gauges", gauges.watch(database, self._stopping))
        if "worker" in self._roles:
            self._start_worker(database)
        if "relay" in self._roles:
            self._start("relay", self._relay.run())
        if "api" in self._roles:
            await self._start_api(database)
        log.info("started", roles=sorted(self._roles), copy=self._settings.copy)
        await self._stopping.wait()
        await self._drain()
        await notifier.stop()
        await database.close()
        await self._kafka.stop()
        log.info("stopped")
        return 1 if self._failed else 0

    async def _connected(self) -> Database | None:
        """Open the pool as the worker; a database that is away is waited for."""
        while not self._stopping.is_set():
            try:
                return await Database.connect(self._settings.database_url)
            except (OSError, asyncpg.PostgresError) as error:
                log.warning("waiting for the database", error=described(error))
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), 1)
        return None

    def _start(self, name: str, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks[name] = task
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        """A part that ends before the process was told to stop has failed: the process starts anew."""
        if self._stopping.is_set():
            return
        error = None if task.cancelled() else task.exception()
        log.error("part failed", part=task.get_name(), error=described(error) if error else "ended")
        self._failed = True
        self._stopping.set()

    def _start_worker(self, database: Database) -> None:
        for subscriber in self._service.subscribers:
            consumer = Consumer(database, self._kafka, subscriber)
            self._consumers.append(consumer)
            self._start(consumer.name, self._consume(consumer))
            self._health.needs_for_work(f"consumer {consumer.name}", consumer.check)
        self._start("lanes", LaneWorker(database, self._service.subscribers).run(self._stopping))
        self._start("housekeeping", keep_house(database, self._stopping))
        if self._service.timers:
            self._start("timers", Timers(database, dict(self._service.timers)).run(self._stopping))
        if self._service.channels:
            self._start(
                "effects", Effects(database, self._service.channels(self._settings)).run(self._stopping)
            )

    async def _consume(self, consumer: Consumer) -> None:
        """Run a consumer; one that stays stuck ends its process only if that serves nothing else."""
        while not self._stopping.is_set():
            try:
                await consumer.run()
            except ConsumerStuckError:
                if self._roles == {"worker"}:
                    raise
                log.exception("consumer stuck", consumer=consumer.name)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), 5)

    async def _start_api(self, database: Database) -> None:
        settings, name = self._settings, self._service.name
        requests = await Database.connect(settings.database_url, role=f"{name}_app")
        requests.committed = database.committed
        verifier = Verifier(settings.issuer)
        keeper = JwksKeeper(requests, verifier)
        await keeper.start()
        self._start("keys", keeper.run())
        desk = Desk(requests, self._service.policy)
        doorway = Doorway(desk, verifier, Cursors.in_directory(settings.secrets_dir))
        self._health.needs_for_work("database", database_answers(requests))
        self._health.needs_for_work("migrations", migrations_current(settings.database_url, name))
        app = application(name, self._service.routes, doorway, self._health, [Observed()])
        self._start("api", self._serve(app, requests))

    async def _serve(self, app: Any, requests: Database) -> None:
        config = uvicorn.Config(
            app,
            host="127.0.0.1",
            port=self._settings.port,
            http="httptools",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=KEPT_OPEN,
            timeout_graceful_shutdown=int(DRAIN),
        )
        server = _Server(config)
        serving = asyncio.create_task(server.serve())
        await asyncio.wait(
            [serving, asyncio.create_task(self._stopping.wait())], return_when="FIRST_COMPLETED"
        )
        server.should_exit = True
        await serving
        await requests.close()

    async def _drain(self) -> None:
        """Finish what is in progress, doors first; then let the relay bring out what that committed."""
        self._health.drain()
        OWED.ring()
        for consumer in self._consumers:
            consumer.stop()
        if keys := self._tasks.pop("keys", None):
            keys.cancel()
        relay = self._tasks.pop("relay", None)
        await self._end(list(self._tasks.values()))
        if relay:
            self._relay.stop()
            await self._end([relay])

    async def _end(self, tasks: list["asyncio.Task[Any]"]) -> None:
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=DRAIN)
        for task in late:
            log.warning("cut off", part=task.get_name())
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Server(uvicorn.Server):
    """uvicorn, whose signals are the process's business."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
