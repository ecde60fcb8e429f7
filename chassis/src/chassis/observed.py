"""Observes each request: one span in the caller's trace, one duration for the figures."""

from time import perf_counter

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from opentelemetry.trace import SpanKind

from chassis import metrics
from chassis.traces import span


class Observed(ASGIMiddleware):
    """What stands around every route of a service; probes and figures are not observed."""

    scopes = (ScopeType.HTTP,)
    exclude_path_pattern = ("^/health/", "^/metrics$")

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        status = 500

        async def noting_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        method, route = str(scope.get("method")), str(scope.get("path_template", ""))
        sent = dict(scope["headers"]).get(b"traceparent", b"").decode("latin-1") or None
        started = perf_counter()
        attributes = {"http.request.method": method, "http.route": route}
        with span(f"{method} {route}", traceparent=sent, kind=SpanKind.SERVER, attributes=attributes):
            await next_app(scope, receive, noting_send)
        metrics.HTTP_DURATION.labels(method, route, str(status)).observe(perf_counter() - started)
