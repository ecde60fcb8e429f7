"""The composition root and table of contents of the portal: every page, and what all of them pass through."""

import asyncio
import secrets
from collections.abc import Sequence
from typing import Final

import httpx
from litestar import Litestar, get
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import CacheControlHeader, State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.static_files import create_static_files_router
from litestar.template.config import TemplateConfig
from litestar.types import ControllerRouterHandler

from chassis.secret_files import secret_in
from portal import faults, pages
from portal.book import pages as book
from portal.bookings import pages as bookings
from portal.calendars import pages as calendars
from portal.choices import pages as choices
from portal.cookies import sealed_session
from portal.desk import pages as desk
from portal.doors import pages as doors
from portal.equipment import pages as equipment
from portal.fibre import pages as fibre
from portal.frame import Frame, add_security_headers, anyone, signed, signed_in, upstream
from portal.imports import pages as imports
from portal.invoices import pages as invoices
from portal.live import pages as live
from portal.machines import pages as machines
from portal.mydata import pages as mydata
from portal.network import pages as network
from portal.openings import pages as openings
from portal.passes import pages as passes
from portal.planning import pages as planning
from portal.plans import pages as plans
from portal.policies import pages as policies
from portal.qualifications import pages as qualifications
from portal.retention import pages as retention
from portal.series import pages as series
from portal.session import Seats, SignInNeeded
from portal.sessions import pages as held
from portal.settings import Settings
from portal.signin import pages as signin
from portal.today import pages as today
from portal.turns import pages as turns
from portal.upstream import Clients, Refused, Unreachable
from portal.visits import pages as visits
from portal.waitlists import pages as waitlists
from portal.weeks import pages as weeks

ROUTES: Final[Sequence[ControllerRouterHandler]] = [
    *signin.ROUTES,
    *choices.ROUTES,
    *today.ROUTES,
    *desk.ROUTES,
    *turns.ROUTES,
    *visits.ROUTES,
    *machines.ROUTES,
    *equipment.ROUTES,
    *planning.ROUTES,
    *weeks.ROUTES,
    *book.ROUTES,
    *bookings.ROUTES,
    *plans.ROUTES,
    *passes.ROUTES,
    *waitlists.ROUTES,
    *held.ROUTES,
    *network.ROUTES,
    *series.ROUTES,
    *calendars.ROUTES,
    *doors.ROUTES,
    *invoices.ROUTES,
    *fibre.ROUTES,
    *policies.ROUTES,
    *qualifications.ROUTES,
    *openings.ROUTES,
    *imports.ROUTES,
    *live.ROUTES,
    *mydata.ROUTES,
    *retention.ROUTES,
]


def application(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> Litestar:
    """Build the portal; a test may give it the transport through which it reaches services."""
    key = secret_in(settings.secrets_dir / "session-key", lambda: secrets.token_bytes(32))
    clients = Clients(settings.services, transport)
    secure = settings.public_url.startswith("https://")
    sessions = sealed_session(key, secure=secure)
    static = create_static_files_router(
        path="/static",
        directories=[pages.STATIC],
        cache_control=CacheControlHeader(max_age=31_536_000, public=True, immutable=True),
        include_in_schema=False,
        opt={"skip_session": True, "exclude_from_csrf": True},
    )
    return Litestar(
        [*ROUTES, static, _live, _ready],
        before_send=[add_security_headers],
        csrf_config=CSRFConfig(
            secret=key.hex(), cookie_name="csrf", cookie_httponly=True, cookie_secure=secure
        ),
        dependencies={
            "signed": Provide(signed, sync_to_thread=False),
            "upstream": Provide(upstream, sync_to_thread=False),
            "visitor": Provide(signed_in),
            "guest": Provide(anyone, sync_to_thread=False),
        },
        exception_handlers={
            SignInNeeded: faults.on_sign_in_needed,
            Refused: faults.on_refused,
            Unreachable: faults.on_unreachable,
            HTTPException: faults.on_framework_exception,
            Exception: faults.on_unexpected,
        },
        logging_config=None,
        middleware=[Frame(), sessions.middleware],
        on_shutdown=[clients.close],
        openapi_config=None,
        request_max_body_size=65_536,
        state=State({"clients": clients, "seats": Seats(), "settings": settings, "leaving": asyncio.Event()}),
        template_config=TemplateConfig(instance=pages.engine()),
    )


@get("/health/live", sync_to_thread=False, opt={"skip_session": True, "exclude_from_csrf": True})
def _live() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "ok"}


@get("/health/ready", sync_to_thread=False, opt={"skip_session": True, "exclude_from_csrf": True})
def _ready() -> dict[str, str]:
    """Say that pages can be made: of a service that is away, each page says so itself."""
    return {"status": "ok"}
