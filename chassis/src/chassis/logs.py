"""Decides what a log line is: JSON on stderr, the chain it belongs to, no payload and no exception's text."""

import datetime as dt
import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import PurePath
from types import TracebackType
from typing import Any, TextIO
from uuid import UUID

import orjson
import structlog
from opentelemetry import trace
from structlog.contextvars import bound_contextvars as bound_contextvars  # noqa: PLC0414 - a door of this module

from chassis.clock import utc_now

LONGEST = 500  # characters of one value

log: structlog.stdlib.BoundLogger = structlog.get_logger("maillage")

_Line = MutableMapping[str, Any]
_Raised = tuple[type[BaseException], BaseException, TracebackType | None]


def start_logging(service: str, *, debug: bool = False, stream: TextIO | None = None) -> None:
    """Send every line of this process, ours and the libraries', through one pipeline; ours from level info.

    Libraries speak from level warning. `debug` adds their info, our debug lines and the text of exceptions,
    which may hold personal data: never in production. `bound_contextvars(correlation_id=…, territory_id=…)`
    adds facts to every line of a block.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _Frame(service, debug=debug),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if debug else logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_first_line, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _rendered],
        )
    )
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.INFO if debug else logging.WARNING)
    logging.getLogger("maillage").setLevel(logging.DEBUG)
    logging.captureWarnings(capture=True)
    sys.excepthook = _say_last_words


class _Frame:
    """What every line is given and stripped of."""

    def __init__(self, service: str, *, debug: bool) -> None:
        self._service = service
        self._debug = debug

    def __call__(self, _logger: object, _method: str, line: _Line) -> _Line:
        raised = _raised(line.pop("exc_info", None))
        line.pop("stack_info", None)
        for name, value in line.items():
            if not name.startswith("_"):
                line[name] = _plain(value)
        line["time"] = utc_now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line["service"] = self._service
        context = trace.get_current_span().get_span_context()
        if context.is_valid:
            line["trace_id"] = format(context.trace_id, "032x")
        if raised is not None:
            line["exception"] = [self._described(error) for error in _chain(raised[1])]
        return line

    def _described(self, error: BaseException) -> dict[str, object]:
        frames = traceback.extract_tb(error.__traceback__)
        places = [f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
        described: dict[str, object] = {"type": type(error).__qualname__, "at": places}
        return described | {"text": str(error)} if self._debug else described


def _plain(value: object) -> object:
    """Return what may stand in a line: a number, a date, a short text; of anything else its type alone."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, UUID | dt.date):
        return str(value)
    if isinstance(value, str):
        return value if len(value) <= LONGEST else f"{value[:LONGEST]}…"
    return f"<{type(value).__name__}>"


def _raised(exc_info: Any) -> _Raised | None:
    if isinstance(exc_info, BaseException):
        return type(exc_info), exc_info, exc_info.__traceback__
    current = exc_info if isinstance(exc_info, tuple) else sys.exc_info() if exc_info else None
    return current if current and current[1] is not None else None


def _chain(error: BaseException | None) -> list[BaseException]:
    """List the error and what it came from, at most five."""
    chain: list[BaseException] = []
    while error is not None and error not in chain and len(chain) < 5:  # noqa: PLR2004 - as said above
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain


def _first_line(_logger: object, _method: str, line: _Line) -> _Line:
    """Cut what a library adds below its message: there asyncio prints tasks with their exceptions."""
    line["event"] = str(line["event"]).partition("\n")[0]
    return line


def _rendered(_logger: object, _method: str, line: _Line) -> str:
    first = {name: line.pop(name) for name in ("time", "level", "service", "event") if name in line}
    return orjson.dumps(first | dict(line), default=str).decode()


def _say_last_words(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, where)
    else:
        log.critical("process ends", exc_info=(kind, error, where))
