"""Rules of traces: parents cross services as `traceparent`, files are bounded, errors show no text."""

import fcntl
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import NoOpTracer, SpanKind, StatusCode

from chassis import traces
from chassis.ids import new_id
from chassis.traces import (
    SpanFile,
    current_traceparent,
    effect_span,
    note,
    process_span,
    process_spans,
    send_spans,
    span,
    timer_span,
)
from contracts.envelope import Event, Fact, Topic

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
OTHER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
UNSAMPLED = PARENT[:-2] + "00"


class ThingSeen(Fact, topic=Topic("probe.sights.v1", key="thing_id")):
    thing_id: str


def an_event(traceparent: str | None) -> Event[ThingSeen]:
    return Event(
        id=new_id(),
        type=ThingSeen.type,
        topic="probe.sights.v1",
        territory_id="200035715",
        aggregate_id="t",
        version=1,
        recorded_at=datetime(2026, 3, 1, tzinfo=UTC),
        correlation_id=new_id(),
        causation_id=None,
        actor_id=None,
        data_class="internal",
        site_id=None,
        traceparent=traceparent,
        data=ThingSeen(thing_id="t"),
    )


def only(spans: InMemorySpanExporter) -> ReadableSpan:
    (one,) = spans.get_finished_spans()
    return one


def test_a_span_hangs_under_the_parent_it_is_given_and_yields_its_own_address(
    spans: InMemorySpanExporter,
) -> None:
    with span("price", traceparent=PARENT) as own:
        assert own == current_traceparent()
    done = only(spans)
    assert done.parent is not None
    assert own == f"00-0af7651916cd43dd8448eb211c80319c-{done.context.span_id:016x}-01"
    assert done.parent.span_id == 0xB7AD6B7169203331


def test_a_given_parent_wins_over_the_span_in_progress_and_none_continues_it(
    spans: InMemorySpanExporter,
) -> None:
    with span("request") as request:
        assert request is not None
        with span("other chain", traceparent=PARENT) as other:
            assert other is not None
            assert other[3:35] == PARENT[3:35]
        with span("same chain") as same:
            assert same is not None
            assert same[3:35] == request[3:35]
    assert current_traceparent() is None
    assert len(spans.get_finished_spans()) == 3


def test_an_unreadable_parent_begins_a_new_trace(spans: InMemorySpanExporter) -> None:
    with span("price", traceparent="00-nonsense") as own:
        assert own is not None
    assert only(spans).parent is None


def test_what_another_service_left_out_is_left_out_here_and_the_chain_goes_on(
    spans: InMemorySpanExporter,
) -> None:
    with span("price", traceparent=UNSAMPLED) as own:
        assert own == UNSAMPLED
        assert current_traceparent() == UNSAMPLED, "what is logged here bears the number of the trace"
        with span("round") as inner:
            assert inner is not None
            assert (inner[3:35], inner[-2:]) == (UNSAMPLED[3:35], "00")
    assert current_traceparent() is None
    assert spans.get_finished_spans() == ()


def test_in_a_trace_that_is_left_out_no_span_is_made(
    spans: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = an_event(UNSAMPLED)
    with process_span("billing.charges", an_event(PARENT)):
        pass
    assert len(spans.get_finished_spans()) == 1, "and yet a kept one is timed"
    monkeypatch.setattr(traces, "_TRACER", None)
    handled = process_span("billing.charges", event)
    for block in (handled, effect_span("mail", UNSAMPLED), timer_span("end", UNSAMPLED)):
        with block as own:
            assert own == UNSAMPLED


@pytest.mark.parametrize(
    "unreadable",
    ["00-nonsense-00", f"00-{'0' * 32}-{'0' * 16}-00", f"00-{'z' * 32}-b7ad6b7169203331-00"],
    ids=["short", "zeros", "letters"],
)
def test_an_address_left_out_but_unreadable_begins_a_new_trace(
    spans: InMemorySpanExporter, unreadable: str
) -> None:
    with process_span("billing.charges", an_event(unreadable)):
        pass
    assert only(spans).parent is None


def test_without_a_collector_the_parent_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "_TRACER", NoOpTracer())
    with span("price", traceparent=PARENT) as own:
        assert own == PARENT


def test_an_exception_is_marked_by_type_and_its_text_kept_out(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="Zoé"), span("price"):
        raise ValueError("Zoé is no number")
    done = only(spans)
    assert done.status.status_code is StatusCode.ERROR
    assert dict(done.attributes or {}) == {"error.type": "ValueError"}
    assert "is no number" not in done.to_json()


def test_the_handling_of_an_event_bears_the_names_of_the_messaging_conventions(
    spans: InMemorySpanExporter,
) -> None:
    event = an_event(PARENT)
    with process_span("billing.charges", event, offset=42):
        pass
    done = only(spans)
    assert (done.name, done.kind) == ("process probe.sights.v1", SpanKind.CONSUMER)
    assert dict(done.attributes or {}) == {
        "messaging.system": "kafka",
        "messaging.operation.type": "process",
        "messaging.destination.name": "probe.sights.v1",
        "messaging.consumer.group.name": "billing.charges",
        "messaging.kafka.offset": 42,
        "messaging.message.id": str(event.id),
    }


def test_a_batch_that_is_sent_is_a_span_in_each_trace_that_has_events_in_it(
    spans: InMemorySpanExporter,
) -> None:
    with send_spans("probe.sights.v1", [PARENT, UNSAMPLED, None, OTHER, PARENT]):
        assert spans.get_finished_spans() == (), "a span ends with what it times"
    assert sorted(parents(spans)) == sorted([PARENT, OTHER])
    for done in spans.get_finished_spans():
        assert (done.name, done.kind) == ("send probe.sights.v1", SpanKind.PRODUCER)
        assert (done.attributes or {})["messaging.batch.message_count"] == 5


def test_a_batch_handled_together_is_a_span_under_each_of_its_events(spans: InMemorySpanExporter) -> None:
    events = [an_event(each) for each in (PARENT, UNSAMPLED, OTHER, None)]
    with process_spans("notifications.feed", events):
        assert current_traceparent() is None, "what is done for all belongs to none"
    assert parents(spans) == [PARENT, OTHER]
    told = [dict(done.attributes or {}) for done in spans.get_finished_spans()]
    assert [each["messaging.message.id"] for each in told] == [str(events[0].id), str(events[2].id)]
    assert {each["messaging.batch.message_count"] for each in told} == {4}
    kinds = {(done.name, done.kind) for done in spans.get_finished_spans()}
    assert kinds == {("process probe.sights.v1", SpanKind.CONSUMER)}


def test_what_fails_for_all_is_marked_in_each_trace(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="Zoé"), send_spans("probe.sights.v1", [PARENT, OTHER]):
        raise ValueError("Zoé is no number")
    for done in spans.get_finished_spans():
        assert done.status.status_code is StatusCode.ERROR
        assert (done.attributes or {})["error.type"] == "ValueError"
    assert len(spans.get_finished_spans()) == 2


def test_calls_to_the_outside_and_timers_are_spans_of_their_kind(spans: InMemorySpanExporter) -> None:
    with effect_span("mail", PARENT):
        pass
    with timer_span("no-show", PARENT):
        pass
    called, fired = spans.get_finished_spans()
    assert (called.name, called.kind) == ("effect mail", SpanKind.CLIENT)
    assert (fired.name, fired.kind) == ("timer no-show", SpanKind.INTERNAL)
    assert parents(spans) == [PARENT, PARENT]


def test_a_note_stands_in_the_trace_it_is_for_and_links_to_the_span_in_progress(
    spans: InMemorySpanExporter, tmp_path: Path
) -> None:
    with span("run", traceparent=OTHER) as run:
        note("invoice line", PARENT, {"invoice.number": "2026-000017"})
        note("invoice line", UNSAMPLED)
        note("invoice line", None)
    noted, own = spans.get_finished_spans()
    assert (noted.name, dict(noted.attributes or {})) == ("invoice line", {"invoice.number": "2026-000017"})
    assert parents(spans) == [PARENT, OTHER]
    SpanFile(tmp_path / "probe.jsonl").export([noted, own])
    line, other = map(json.loads, (tmp_path / "probe.jsonl").read_text("utf-8").splitlines())
    assert (line["links"], other["links"]) == ([run], [])


def parents(spans: InMemorySpanExporter) -> list[str]:
    """Return the addresses of the parents of what ended, in that order."""
    found = [done.parent for done in spans.get_finished_spans()]
    return [f"00-{each.trace_id:032x}-{each.span_id:016x}-01" for each in found if each]


def test_a_file_of_spans_has_one_object_a_line_that_names_its_parent(
    spans: InMemorySpanExporter, tmp_path: Path
) -> None:
    with span("outer", attributes={"route": "/v1/l'été"}), span("inner"):
        pass
    file = SpanFile(tmp_path / "traces" / "probe.jsonl")
    file.export(spans.get_finished_spans())
    inner, outer = map(json.loads, (tmp_path / "traces" / "probe.jsonl").read_text("utf-8").splitlines())
    assert inner["parent_id"] == outer["span_id"]
    assert inner["trace_id"] == outer["trace_id"]
    assert outer["attributes"] == {"route": "/v1/l'été"}
    assert outer["duration_ms"] >= inner["duration_ms"] >= 0


def test_a_full_file_is_put_aside_and_two_writers_lose_nothing_of_the_last(
    spans: InMemorySpanExporter, tmp_path: Path
) -> None:
    with span("x" * 1_000):
        pass
    path = tmp_path / "probe.jsonl"
    writers = SpanFile(path, largest=2_000), SpanFile(path, largest=2_000)
    for turn in range(5):
        writers[turn % 2].export(spans.get_finished_spans())
    older = path.with_suffix(".older.jsonl").read_text("utf-8").splitlines()
    assert (len(older), len(path.read_text("utf-8").splitlines())) == (2, 1)


def test_a_writer_that_waited_while_another_put_the_file_aside_leaves_the_new_one_in_place(
    spans: InMemorySpanExporter, tmp_path: Path
) -> None:
    with span("x" * 1_000):
        pass
    path = tmp_path / "probe.jsonl"
    with path.open("ab") as held, ThreadPoolExecutor(1) as other:
        fcntl.flock(held, fcntl.LOCK_EX)
        waiting = other.submit(SpanFile(path, largest=500).export, spans.get_finished_spans())
        while sum(os.path.realpath(each) == str(path) for each in Path("/proc/self/fd").iterdir()) < 2:
            pass
        path.replace(path.with_suffix(".older.jsonl"))
        path.write_text("the new file\n")
        fcntl.flock(held, fcntl.LOCK_UN)
        assert waiting.result(timeout=10) is SpanExportResult.SUCCESS
    assert path.read_text() == "the new file\n"
    assert len(path.with_suffix(".older.jsonl").read_text("utf-8").splitlines()) == 1


def test_a_process_that_ends_leaves_its_last_spans_in_its_file(tmp_path: Path) -> None:
    program = (
        "import pathlib, sys; from chassis.traces import *;"
        "start_tracing('probe', pathlib.Path(sys.argv[1]), ratio=float(sys.argv[2]));"
        "exec('with span(\"a\"): pass')"
    )
    for ratio in ("1", "0"):
        subprocess.run([sys.executable, "-c", program, str(tmp_path / ratio), ratio], check=True)  # noqa: S603
    (line,) = (tmp_path / "1" / "probe.jsonl").read_text("utf-8").splitlines()
    assert (json.loads(line)["name"], json.loads(line)["service"]) == ("a", "probe")
    assert not (tmp_path / "0" / "probe.jsonl").exists()
