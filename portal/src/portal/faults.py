"""Owns the pages of what went wrong: what happened, and what can be done about it."""

import traceback
from http import HTTPStatus
from typing import Any

import structlog
from litestar import Request
from litestar.exceptions import HTTPException
from litestar.response import Redirect, Template

from portal import wording
from portal.cookies import DEVICE_COOKIE
from portal.frame import anyone
from portal.pages import page, part_name, redirect, sign_in_address, spoken
from portal.session import SignInNeeded
from portal.upstream import Refused, Unreachable
from portal.wording import gettext as _

AnyRequest = Request[Any, Any, Any]

log = structlog.get_logger(__name__)


def on_sign_in_needed(request: AnyRequest, _error: SignInNeeded) -> Redirect:
    """Send a guest to sign in, and back to where they were going; at a shared desk, to who takes over."""
    request.session.clear()
    if DEVICE_COOKIE in request.cookies:
        return redirect("/desk/switch")
    address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return redirect(sign_in_address(address if request.method == "GET" else ""))


def on_refused(request: AnyRequest, refusal: Refused) -> Template:
    return page(anyone(request, request.app.state), "error.html", status=refusal.status, refusal=refusal)


def on_unreachable(request: AnyRequest, error: Unreachable) -> Template:
    return on_refused(request, unreachable(error))


def unreachable(error: Unreachable) -> Refused:
    """Say of a service that does not answer what a refusal says."""
    return Refused(
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        code="unreachable",
        title=_("A part of the platform is not answering"),
        detail=_("“%(part)s” is not answering at the moment.") % {"part": part_name(error.service)},
        cure=_("Try again in a moment. Nothing that was confirmed is lost."),
    )


def on_framework_exception(request: AnyRequest, error: HTTPException) -> Template:
    """Name what the framework turns away: an unknown address before anything asked for the language."""
    wording.language.set(spoken(request.cookies, request.headers.get("accept-language", "")))
    match error.status_code:
        case HTTPStatus.NOT_FOUND:
            title, cure = _("There is no page at this address"), _("Go back, or start from the first page.")
        case HTTPStatus.FORBIDDEN:
            title, cure = _("This form has grown old"), _("Go back, reload the page and send it again.")
        case HTTPStatus.METHOD_NOT_ALLOWED:
            title, cure = _("This address takes no such request"), _("Go back and use the page’s buttons.")
        case HTTPStatus.BAD_REQUEST | HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            title, cure = _("This request cannot be read"), _("Go back and fill in the form again.")
        case _:
            return on_unexpected(request, error)
    return on_refused(request, Refused(error.status_code, "page", title, "", cure))


def on_unexpected(request: AnyRequest, error: Exception) -> Template:
    """Tell the visitor that it failed; the log says where, without the values at hand."""
    frames = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-8:]]
    log.error("page failed", path=request.url.path, error=type(error).__name__, frames=frames)
    return on_refused(
        request,
        Refused(
            status=HTTPStatus.INTERNAL_SERVER_ERROR,
            code="unexpected",
            title=_("Something failed here"),
            detail=_("It was noted and will be looked into."),
            cure=_("Try again; what was confirmed to you is done, whatever this page says."),
        ),
    )
