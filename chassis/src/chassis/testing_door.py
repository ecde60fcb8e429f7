"""The door of a service as tests meet it: composed as in the process, without a socket."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from litestar import Litestar
from litestar.types import Middleware

from chassis.commands import Desk
from chassis.db import Database
from chassis.door import Doorway
from chassis.health import Health
from chassis.http import application
from chassis.pages import Cursors
from chassis.service import Service
from chassis.tokens import Signer, Verifier

ISSUER = "https://membership.example"

_idle: defaultdict[str, list[Litestar]] = defaultdict(list)


@contextmanager
def door_of(
    service: Service,
    database: Database,
    secrets_dir: Path,
    health: Health | None = None,
    middleware: Sequence[Middleware] = (),
) -> Iterator[tuple[Any, Signer]]:
    """Lend the application of a service on this database, and whoever signs the tokens that it trusts.

    To build one takes a tenth of a second. It is kept for the next test, which gives it another state.
    """
    signer = Signer.in_directory(ISSUER, secrets_dir)
    verifier = Verifier(ISSUER)
    verifier.trust(signer.jwks())
    doorway = Doorway(Desk(database, service.policy), verifier, Cursors.in_directory(secrets_dir))
    idle = _idle[service.name]
    app = idle.pop() if idle else application(service.name, service.routes, doorway, Health(), middleware)
    app.state.update({"doorway": doorway, "health": health or Health()})
    yield app, signer
    idle.append(app)
