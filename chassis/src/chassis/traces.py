"""Owns traces: a span per request, event, timer and call, chained by `traceparent` through the outbox."""

import atexit
import fcntl
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from opentelemetry import trace
from opentelemetry.context import Context, attach, detach
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from contracts.envelope import Event

Attribute = str | bool | int | float
_Planned = tuple[str, str, Mapping[str, Attribute]]  # a span's name, its parent, its attributes
_Timing = AbstractContextManager[str | None]  # of a block; gives its traceparent

_LARGEST_FILE = 50_000_000  # bytes; one older file is kept
_ADDRESS_LENGTH = 55  # of a traceparent: version, trace, span, flags
_W3C = TraceContextTextMapPropagator()
_TRACER = trace.get_tracer("maillage")

# OpenTelemetry's conventions for messaging are still in development: their names live here alone.
_SYSTEM = "messaging.system"
_OPERATION = "messaging.operation.type"
_DESTINATION = "messaging.destination.name"
_GROUP = "messaging.consumer.group.name"
_OFFSET = "messaging.kafka.offset"
_MESSAGE = "messaging.message.id"
_COUNT = "messaging.batch.message_count"


def start_tracing(
    service: str, folder: Path, *, endpoint: str | None = None, ratio: float = 1.0
) -> TracerProvider:
    """Collect spans from here on, once per process: to an OTLP collector if given, else into a file.

    The file is `<folder>/<service>.jsonl`. `ratio` is the part of new traces that is kept; a trace that
    another service began is kept or left as that one decided. The provider is flushed at exit.
    """
    exporter: SpanExporter = (
        OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
        if endpoint
        else SpanFile(folder / f"{service}.jsonl")
    )
    provider = TracerProvider(
        resource=Resource.create({"service.name": service, "service.namespace": "maillage"}),
        sampler=ParentBased(TraceIdRatioBased(ratio)),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(
        BatchSpanProcessor(
            exporter, max_queue_size=16_384, schedule_delay_millis=1_000, max_export_batch_size=2_048
        )
    )
    trace.set_tracer_provider(provider)
    atexit.register(provider.shutdown)
    return provider


def current_traceparent() -> str | None:
    """Return the W3C header of the span in progress, or None outside any."""
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return None
    return _address(context)


def is_kept(traceparent: str | None) -> bool:
    """Say by the last of its flags whether a trace is kept; for one that is not, no span need be made."""
    return traceparent[-1] in "13579bdf" if traceparent else False


def span(
    name: str,
    *,
    traceparent: str | None = None,
    kind: SpanKind = SpanKind.INTERNAL,
    attributes: Mapping[str, Attribute] | None = None,
) -> _Timing:
    """Time a block as a span under the given parent, else under the one in progress; yield its traceparent.

    An exception is marked by its type: its text may hold personal data. Without `start_tracing`, and in a
    trace that is not kept, nothing is timed and the parent's traceparent is passed on.
    """
    return _unkept(traceparent) or _timed(name, traceparent, kind, attributes)


@contextmanager
def _timed(
    name: str, traceparent: str | None, kind: SpanKind, attributes: Mapping[str, Attribute] | None
) -> Iterator[str | None]:
    context = _context(traceparent) if traceparent else None
    with _TRACER.start_as_current_span(
        name, context, kind, attributes, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield current_traceparent()
        except Exception as error:
            _mark(current, error)
            raise


def process_span(consumer: str, event: Event[Any], offset: int | None = None) -> _Timing:
    """Time the handling of one event, in the trace of the change that caused it."""
    if (unkept := _unkept(event.traceparent)) is not None:
        return unkept
    attributes = _processing(consumer, event)
    if offset is not None:
        attributes[_OFFSET] = offset
    name = f"process {event.topic}"
    return span(name, traceparent=event.traceparent, kind=SpanKind.CONSUMER, attributes=attributes)


def send_spans(destination: str, traceparents: Collection[str | None]) -> AbstractContextManager[None]:
    """Time the sending of a batch to one topic, given the trace of each event in it: once in each trace."""
    attributes: dict[str, Attribute] = {_SYSTEM: "kafka", _OPERATION: "send", _DESTINATION: destination}
    attributes[_COUNT] = len(traceparents)
    kept = {parent: None for parent in traceparents if parent and is_kept(parent)}
    return _side_by_side(SpanKind.PRODUCER, [(f"send {destination}", each, attributes) for each in kept])


def process_spans(consumer: str, events: Collection[Event[Any]]) -> AbstractContextManager[None]:
    """Time the handling of several events as a whole: once for each, in the trace of what caused it."""
    kept: list[_Planned] = [
        (f"process {event.topic}", event.traceparent, _processing(consumer, event) | {_COUNT: len(events)})
        for event in events
        if event.traceparent and is_kept(event.traceparent)
    ]
    return _side_by_side(SpanKind.CONSUMER, kept)


def effect_span(kind: str, traceparent: str | None) -> _Timing:
    """Time one call to the outside, in the trace of the change that owes it."""
    return span(f"effect {kind}", traceparent=traceparent, kind=SpanKind.CLIENT)


def timer_span(kind: str, traceparent: str | None) -> _Timing:
    """Time the firing of a timer, in the trace of the change that set it."""
    return span(f"timer {kind}", traceparent=traceparent)


def note(name: str, traceparent: str | None, attributes: Mapping[str, Attribute] | None = None) -> None:
    """Note in the trace of an earlier change what becomes of it now, with a link to the span in progress."""
    if traceparent and is_kept(traceparent):
        here = trace.get_current_span().get_span_context()
        links = [Link(here)] if here.is_valid else []
        _TRACER.start_span(name, _context(traceparent), SpanKind.INTERNAL, attributes, links).end()


class _Unkept:
    """A block in a trace that is not kept: log lines bear the trace's number, and no span is made."""

    __slots__ = ("_context", "_token", "_traceparent")

    def __init__(self, traceparent: str, context: SpanContext) -> None:
        self._traceparent = traceparent
        self._context = context

    def __enter__(self) -> str:
        self._token = attach(set_span_in_context(NonRecordingSpan(self._context)))
        return self._traceparent

    def __exit__(self, *_raised: object) -> None:
        detach(self._token)


def _unkept(traceparent: str | None) -> _Unkept | None:
    """Return what stands for a span in a trace that is not kept; None where a span is to be made.

    Most events come this way, so the address is read by its places and not by the general reader.
    """
    if not traceparent or is_kept(traceparent) or len(traceparent) != _ADDRESS_LENGTH:
        return None
    try:
        context = SpanContext(int(traceparent[3:35], 16), int(traceparent[36:52], 16), is_remote=True)
    except ValueError:
        return None
    return _Unkept(traceparent, context) if context.is_valid else None


@contextmanager
def _side_by_side(kind: SpanKind, planned: Iterable[_Planned]) -> Iterator[None]:
    """Time a block as several spans, of which none is the span in progress."""
    spans = [
        _TRACER.start_span(name, _context(parent), kind, attributes) for name, parent, attributes in planned
    ]
    try:
        yield
    except Exception as error:
        for each in spans:
            _mark(each, error)
        raise
    finally:
        for each in spans:
            each.end()


class SpanFile(SpanExporter):
    """A file of spans, one JSON object a line, which several processes may share."""

    def __init__(self, path: Path, largest: int = _LARGEST_FILE) -> None:
        self._path = path
        self._largest = largest
        path.parent.mkdir(parents=True, exist_ok=True)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        lines = b"".join(orjson.dumps(_record(each)) + b"\n" for each in spans)
        try:
            with self._path.open("ab") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.write(lines)
                file.flush()
                if file.tell() > self._largest and self._is_current(file.fileno()):
                    self._path.replace(self._path.with_suffix(".older.jsonl"))
        except OSError:
            return SpanExportResult.FAILURE
        return SpanExportResult.SUCCESS

    def _is_current(self, descriptor: int) -> bool:
        """Tell the file of this name from one that another process has moved away since it was opened."""
        return self._path.exists() and self._path.stat().st_ino == os.fstat(descriptor).st_ino


def _context(traceparent: str) -> Context:
    return _W3C.extract({"traceparent": traceparent}, Context())


def _processing(consumer: str, event: Event[Any]) -> dict[str, Attribute]:
    return {
        _SYSTEM: "kafka",
        _OPERATION: "process",
        _DESTINATION: event.topic,
        _GROUP: consumer,
        _MESSAGE: str(event.id),
    }


def _mark(failed: Span, error: Exception) -> None:
    failed.set_status(StatusCode.ERROR)
    failed.set_attribute("error.type", type(error).__qualname__)


def _address(context: SpanContext) -> str:
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def _record(span: ReadableSpan) -> dict[str, object]:
    context, start, end = span.get_span_context(), span.start_time or 0, span.end_time or 0
    return {
        "time": datetime.fromtimestamp(start / 1e9, UTC).isoformat(),
        "duration_ms": round((end - start) / 1e6, 3),
        "service": span.resource.attributes.get("service.name"),
        "name": span.name,
        "kind": span.kind.name.lower(),
        "trace_id": format(context.trace_id, "032x") if context else None,
        "span_id": format(context.span_id, "016x") if context else None,
        "parent_id": format(span.parent.span_id, "016x") if span.parent else None,
        "links": [_address(link.context) for link in span.links],
        "ok": span.status.status_code is not StatusCode.ERROR,
        "attributes": dict(span.attributes or {}),
    }
