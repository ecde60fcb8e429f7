"""Decides how refusals, unreadable requests and failures are answered: problem+json, RFC 9457."""

import re
import traceback
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import orjson
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from opentelemetry import trace

from chassis.errors import Invalid, Language, Refused
from chassis.faults import described
from chassis.validation import BodyUnreadable, body_errors, not_json

MEDIA_TYPE: Final = "application/problem+json"
LARGEST_BODY: Final = 1_048_576  # bytes

AnyRequest = Request[Any, Any, Any]

log = structlog.get_logger(__name__)

_TITLES: Final[Mapping[int, str]] = {
    400: "Demande incorrecte",
    401: "Connexion nécessaire",
    403: "Acte réservé à d’autres",
    404: "Introuvable",
    405: "Méthode non admise",
    409: "Impossible en l’état",
    413: "Demande trop volumineuse",
    422: "Demande à corriger",
    429: "Trop de demandes",
    500: "Erreur inattendue",
    503: "Service momentanément indisponible",
}
_LANGUAGE = re.compile(
    r"\s*(?P<tag>\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*q=(?P<q>[01](?:\.\d{0,3})?))?\s*"
)


class NoSuchAddress(Refused):
    """There is nothing at this address."""

    status = 404
    fr = "Il n'y a rien à cette adresse."
    cure = ("See /schema/openapi.json for what there is.", "Voyez /schema/openapi.json pour ce qui existe.")


class MethodNotAllowed(Refused):
    """The method {method} is not known at this address."""

    status = 405
    fr = "La méthode {method} n'existe pas à cette adresse."


class BodyTooLarge(Refused):
    """The body is over {limit} bytes."""

    status = 413
    fr = "Le corps de la demande dépasse {limit} octets."
    cure = ("Send it in several requests.", "Envoyez-le en plusieurs demandes.")


class Unexpected(Refused):
    """Something failed here that should not; it was noted and will be looked into."""

    status = 500
    fr = "Quelque chose a échoué ici ; c'est noté et sera examiné."
    cure = (
        "Send the same request again, with the same key; if it fails again, quote the trace_id.",
        "Renvoyez la même demande, avec la même clé ; si elle échoue encore, citez le trace_id.",
    )


def language_of(request: AnyRequest) -> Language:
    """Return the language that Accept-Language prefers of the two spoken here, else English."""
    wishes: dict[str, float] = {}
    for part in request.headers.get("accept-language", "").split(",")[:20]:
        if wish := _LANGUAGE.fullmatch(part):
            wishes.setdefault(wish["tag"].lower().split("-")[0], float(wish["q"] or 1))
    return "fr" if wishes.get("fr", 0) > wishes.get("en", wishes.get("*", 0)) else "en"


def problem(refusal: Refused, language: Language, errors: Sequence[Mapping[str, str]] = ()) -> bytes:
    """Write a refusal as the body of an answer."""
    title = _TITLES.get(refusal.status) if language == "fr" else HTTPStatus(refusal.status).phrase
    members: dict[str, Any] = {
        "type": f"/problems/{refusal.code}",
        "title": title or HTTPStatus(refusal.status).phrase,
        "status": refusal.status,
        "code": refusal.code,
        "detail": refusal.said(language),
        "values": dict(refusal.values),
    }
    if cure := refusal.cure_said(language):
        members["cure"] = cure
    if errors:
        members["errors"] = errors
    if (span := trace.get_current_span().get_span_context()).is_valid:
        members["trace_id"] = trace.format_trace_id(span.trace_id)
    return orjson.dumps(members, default=str)


def on_refused(request: AnyRequest, refusal: Refused) -> Response[bytes]:
    return _answer(refusal, problem(refusal, language_of(request)))


def on_framework_exception(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """Name what the framework turns away: addresses, methods, bodies and parameters it cannot read."""
    language = language_of(request)
    if raw := getattr(error.__cause__, "errors", None):
        return _unreadable(body_errors(raw, language), language)
    if isinstance(error.extra, list) and error.status_code == HTTPStatus.BAD_REQUEST:
        return _unreadable(_parameter_errors(error.extra), language)
    if error.status_code == HTTPStatus.BAD_REQUEST:
        return on_unreadable(request, not_json())
    refusal = _named(request, error)
    if isinstance(refusal, Unexpected):
        return on_unexpected(request, error)
    return _answer(refusal, problem(refusal, language), error.headers)


def on_unreadable(request: AnyRequest, error: BodyUnreadable) -> Response[bytes]:
    language = language_of(request)
    return _unreadable(body_errors(error.errors, language), language)


def on_unexpected(request: AnyRequest, error: Exception) -> Response[bytes]:
    """Tell the caller nothing but that it failed; the log says where, without the values at hand."""
    frames = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-8:]]
    log.error("request failed", method=request.method, error=described(error), frames=frames)
    return on_refused(request, Unexpected())


def _named(request: AnyRequest, error: HTTPException) -> Refused:
    match error.status_code:
        case HTTPStatus.NOT_FOUND:
            return NoSuchAddress()
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return MethodNotAllowed(method=request.method)
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return BodyTooLarge(limit=LARGEST_BODY)
    return Unexpected()


def _parameter_errors(extra: Sequence[Any]) -> list[dict[str, str]]:
    found = []
    for fault in extra:
        place = (
            {"parameter": fault["key"]}
            if fault.get("source") in ("query", "path", "header")
            else {"pointer": ""}
        )
        found.append({**place, "detail": fault["message"]})
    return found


def _unreadable(errors: Sequence[Mapping[str, str]], language: Language) -> Response[bytes]:
    where = ", ".join(error.get("pointer") or error.get("parameter") or "JSON" for error in errors)
    refusal = Invalid(reason=where)
    return _answer(refusal, problem(refusal, language, errors))


def _answer(refusal: Refused, body: bytes, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    named = dict(headers or {})
    if refusal.status == HTTPStatus.SERVICE_UNAVAILABLE:
        named["Retry-After"] = str(refusal.values.get("retry_after", 2))
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        named["WWW-Authenticate"] = "Bearer"
    return Response(body, status_code=refusal.status, media_type=MEDIA_TYPE, headers=named)
