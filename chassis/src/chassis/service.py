"""What a service is made of, on one page: its routes, what it hears, what it times and what it sends."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
import uvloop

from chassis.decisions import Policy
from chassis.effects import Channel
from chassis.errors import Fault
from chassis.logs import start_logging
from chassis.process import ROLES, Process
from chassis.settings import Settings
from chassis.subscriber import Subscriber
from chassis.timers import FiredHandler
from chassis.traces import start_tracing

log = structlog.get_logger(__name__)

USAGE = 2  # the exit code of a command that was not understood
FAULT = 1

Channels = Mapping[str, Channel]


@dataclass(frozen=True)
class Service:
    """One deployable service: `Service("booking", routes=[…], subscribers=[…]).main()`.

    `channels` is called once per process with its settings, since a channel may need an address or a secret.
    `prepare` runs after the migrations, with the migrator's address: it fills reference tables.
    """

    name: str
    routes: Sequence[Any] = ()
    policy: Policy = field(default_factory=dict)
    subscribers: Sequence[Subscriber] = ()
    timers: Mapping[str, FiredHandler] = field(default_factory=dict)
    channels: Callable[[Settings], Channels] | None = None
    prepare: Callable[[str], Coroutine[Any, Any, object]] | None = None

    def main(self, arguments: Sequence[str] | None = None) -> None:
        """Run `python -m <service> [api|worker|relay|migrate]…`; without a word, all roles but migrate.

        Exits with 0 after an orderly stop, 1 for a fault, 2 for words or settings that are not understood.
        """
        words = list(sys.argv[1:] if arguments is None else arguments)
        if unknown := [word for word in words if word not in (*ROLES, "migrate")]:
            sys.exit(_say(f"{self.name}: {unknown[0]}: say {', '.join(ROLES)} or migrate", USAGE))
        try:
            settings = Settings.from_environment(self.name)
        except Fault as fault:
            sys.exit(_say(f"{self.name}: {fault}", USAGE))
        start_logging(self.name, debug=settings.debug)
        sys.exit(self._migrate(settings) if words == ["migrate"] else self._run(settings, words))

    def _migrate(self, settings: Settings) -> int:
        if settings.migrator_url is None:
            return _say(f"{self.name}: MAILLAGE_MIGRATOR_URL is missing.", USAGE)
        from chassis.migrate import migrate  # noqa: PLC0415 - a service at work loads no second driver

        try:
            applied = migrate(settings.migrator_url, self.name)
            if self.prepare:
                asyncio.run(self.prepare(settings.migrator_url))
        except Fault as fault:
            return _say(f"{self.name}: {fault}", FAULT)
        log.info("migrated", applied=applied)
        return 0

    def _run(self, settings: Settings, words: Sequence[str]) -> int:
        start_tracing(
            self.name,
            settings.data_dir / "traces",
            endpoint=settings.otlp_endpoint,
            ratio=settings.trace_ratio,
        )
        process = Process(self, settings, frozenset(words) or frozenset(ROLES), os.getpid())
        return uvloop.run(process.run())


def _say(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)  # noqa: T201 - before logs exist, a person reads this
    return code
