"""Owns the web framework: what an api.py declares its routes with, and the application that uvicorn runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeAlias
from urllib.parse import unquote_to_bytes

from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import MutableScopeHeaders, State
from litestar.di import NamedDependency, Provide
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig, ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, OpenAPIType, Operation, Parameter, Schema, SecurityScheme
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.params import JSONBody as Body
from litestar.types import AnyCallable, ControllerRouterHandler, Message, Middleware, Scope
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from chassis import door as doors
from chassis import metrics, pages
from chassis.commands import Act, Busy, Open
from chassis.door import KEY_HEADER, LONGEST_KEY, Doorway, Listed
from chassis.errors import Refused, Unauthenticated
from chassis.health import Health
from chassis.problems import (
    LARGEST_BODY,
    MEDIA_TYPE,
    NoSuchAddress,
    on_framework_exception,
    on_refused,
    on_unexpected,
    on_unreadable,
)
from chassis.validation import BodyUnreadable, refuse_nul, too_deep

__all__ = [
    "Act",
    "Asked",
    "Body",
    "Busy",
    "Door",
    "Doorway",
    "FromPath",
    "FromQuery",
    "Listed",
    "Open",
    "Response",
    "application",
    "command",
    "creation",
    "get",
    "post",
    "query",
    "upload",
]

Door: TypeAlias = NamedDependency[doors.Door]
Asked: TypeAlias = NamedDependency[pages.Asked]
Decorator = Callable[[AnyCallable], HTTPRouteHandler]

_SECURITY_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
}


class JsonRequest(Request[Any, Any, Any]):
    """A request whose body is JSON that every part of the platform can hold."""

    async def json(self) -> Any:
        """Return the body; raises BodyUnreadable for one that is nested too deeply or holds U+0000."""
        refuse_nul(await self.body())
        try:
            return await super().json()
        except RecursionError as error:
            raise too_deep() from error


class Problem(BaseModel):
    """A refusal, as RFC 9457 writes it, with a stable code, the values it speaks of, and its cure."""

    model_config = ConfigDict(frozen=True)

    type: str
    title: str
    status: int
    code: str
    detail: str
    values: dict[str, JsonValue]
    cure: str | None = None
    errors: list[dict[str, str]] = Field(default_factory=list)
    trace_id: str | None = None


@dataclass
class _KeyedOperation(Operation):
    """The description of a command, which needs an idempotency key."""

    def __post_init__(self) -> None:
        key = Parameter(
            name=KEY_HEADER,
            param_in="header",
            required=True,
            description="New for each command, the same when it is sent again.",
            schema=Schema(type=OpenAPIType.STRING, min_length=1, max_length=LONGEST_KEY),
        )
        self.parameters = [*(self.parameters or []), key]


def _problems(*statuses: int) -> dict[int, ResponseSpec]:
    spec = ResponseSpec(Problem, generate_examples=False, description="Refused", media_type=MEDIA_TYPE)
    return dict.fromkeys(statuses, spec)


def creation(path: str) -> Decorator:
    """Declare a POST that creates what its body's id names; the function answers with `door.create`."""
    return post(path, responses=_problems(401, 403, 404, 409, 422, 503))


def command(path: str) -> Decorator:
    """Declare a POST that is a command with an idempotency key; the function answers with `door.command`."""
    responses = _problems(400, 401, 403, 404, 409, 422, 503)
    return post(path, status_code=200, operation_class=_KeyedOperation, responses=responses)


def upload(path: str) -> Decorator:
    """Declare a POST of bytes; the function answers with `door.upload`, which says how many it takes."""
    responses = _problems(400, 401, 403, 404, 409, 413, 422, 503)
    return post(
        path,
        status_code=200,
        operation_class=_KeyedOperation,
        responses=responses,
        request_max_body_size=None,  # the door counts
    )


def query(path: str) -> Decorator:
    """Declare a GET; the function answers with `door.read` or `door.page`."""
    return get(path, responses=_problems(401, 403, 404, 422, 503))


def application(
    name: str,
    routes: Sequence[ControllerRouterHandler],
    doorway: Doorway,
    health: Health,
    middleware: Sequence[Middleware] = (),
) -> Litestar:
    """Build the application of a service: its routes, /health, /metrics and /schema/openapi.json."""
    return Litestar(
        [*routes, _live, _ready, _metrics],
        before_send=[_add_security_headers],
        dependencies={"door": Provide(_door), "asked": Provide(_asked, sync_to_thread=False)},
        exception_handlers={
            BodyUnreadable: on_unreadable,
            Refused: on_refused,
            HTTPException: on_framework_exception,
            Exception: on_unexpected,
        },
        logging_config=None,
        middleware=middleware,
        openapi_config=_openapi(name),
        request_class=JsonRequest,
        request_max_body_size=LARGEST_BODY,
        state=State({"doorway": doorway, "health": health}),
    )


def _openapi(name: str) -> OpenAPIConfig:
    bearer = SecurityScheme(type="http", scheme="bearer", bearer_format="JWT")
    return OpenAPIConfig(
        title=f"Maillage: {name}",
        version="1",
        components=Components(security_schemes={"bearer": bearer}),
        security=[{"bearer": []}],
        path="/schema",
        render_plugins=[JsonRenderPlugin()],
        use_handler_docstrings=True,
    )


async def _door(request: Request[Any, Any, Any], state: State) -> doors.Door:
    """Open the door to a request, its token read; raises Unauthenticated for a bad token."""
    if b"\0" in unquote_to_bytes(request.scope["raw_path"] + b"?" + request.scope["query_string"]):
        raise NoSuchAddress
    doorway: Doorway = state.doorway
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if not scheme:
        return doors.Door(request, doorway, None)
    if scheme.lower() != "bearer":
        raise Unauthenticated
    return doors.Door(request, doorway, await doorway.verifier.principal(token.strip()))


def _asked(
    door: Door,
    limit: Annotated[
        int, QueryParameter(ge=1, le=pages.LARGEST_LIMIT, description="How many items at most.")
    ] = pages.DEFAULT_LIMIT,
    cursor: Annotated[
        str | None, QueryParameter(description="As the link to the next page gives it.")
    ] = None,
) -> pages.Asked:
    return door.asked(limit, cursor)


@get("/health/live", include_in_schema=False)
async def _live(state: State) -> Response[dict[str, Any]]:
    """Say whether the process should go on living."""
    return _health(*await state.health.live())


@get("/health/ready", include_in_schema=False)
async def _ready(state: State) -> Response[dict[str, Any]]:
    """Say whether the process can serve, part by part."""
    return _health(*await state.health.ready())


def _health(well: bool, body: dict[str, object]) -> Response[dict[str, Any]]:  # noqa: FBT001 - Health's answer
    return Response(body, status_code=200 if well else 503)


@get("/metrics", include_in_schema=False, media_type=metrics.CONTENT_TYPE, sync_to_thread=False)
def _metrics() -> bytes:
    """Give the process's figures as Prometheus reads them."""
    return metrics.exposition()


async def _add_security_headers(message: Message, _scope: Scope) -> None:
    if message["type"] == "http.response.start":
        headers = MutableScopeHeaders.from_message(message)
        for name, value in _SECURITY_HEADERS.items():
            headers.setdefault(name, value)
