"""A line of an invoice is noted in the trace of the use that it charges, weeks after that."""

from collections.abc import Iterator

import pytest
from bill_run_builders import a_selling_town, billed, people
from billing_builders import Town, at
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from usage_builders import a_booking, now_as

from chassis import traces
from contracts.booking import BookingMarkedNoShow


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """Spans as they end, in a provider of this test."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(traces, "_TRACER", provider.get_tracer("billing"))
    yield exporter
    provider.shutdown()


async def test_a_line_is_noted_in_the_trace_of_the_booking_and_points_to_the_run(
    town: Town, spans: InMemorySpanExporter
) -> None:
    issuer_id = await a_selling_town(town)
    [payer] = await people(town, 1)
    for number, flags in ((1, "01"), (2, "00"), (3, "01")):
        booking = a_booking(town.site_id, payer)
        await town.hear(booking, traceparent=f"00-{number:032x}-{number:016x}-{flags}")
        again = now_as(BookingMarkedNoShow, booking, due_percent=50, marked_at=at("2026-03-12 09:30"))
        await town.hear(again, traceparent=f"00-{9:032x}-{9:016x}-01")
    await town.set_clock(at("2026-04-01 09:00"))
    await billed(town, issuer_id)
    noted = [done for done in spans.get_finished_spans() if done.name == "invoice line"]
    assert sorted((each.context.trace_id, each.parent and each.parent.span_id) for each in noted) == [
        (1, 1),
        (3, 3),
    ], "the trace that first made the charge, where it is kept"
    assert {(each.attributes or {})["invoice.number"] for each in noted} == {"2026-000001"}
    [run] = [done for done in spans.get_finished_spans() if done.name == "timer seal-bill-run"]
    assert {link.context.span_id for each in noted for link in each.links} == {run.context.span_id}
