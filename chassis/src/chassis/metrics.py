"""Owns the figures a service shows to Prometheus, by name; no label is a territory."""

from dataclasses import fields
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST as CONTENT_TYPE

if TYPE_CHECKING:
    from chassis.step import Outcome

__all__ = ["CONTENT_TYPE", "exposition", "record_outcome"]

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)


def _counter(name: str, meaning: str, *labels: str) -> Counter:
    return Counter(f"maillage_{name}", meaning, labels, registry=REGISTRY)


def _gauge(name: str, meaning: str, *labels: str) -> Gauge:
    return Gauge(f"maillage_{name}", meaning, labels, registry=REGISTRY)


EMITTED = _counter("events_emitted", "Events recorded with the change that caused them", "topic")
RELAYED = _counter("relay_events_sent", "Events that the broker acknowledged")
RELAY_FAILURES = _counter("relay_batches_failed", "Batches without acknowledgement, which are sent again")
OUTBOX_ROWS = _gauge("outbox_rows", "Events that wait for the relay")
OUTBOX_AGE = _gauge("outbox_age_seconds", "Age of the oldest event that waits for the relay")

CONSUMED = _counter(
    "consumer_events", "Events of committed batches by what became of them", "consumer", "outcome"
)
BATCHES = _counter("consumer_batches", "Batches committed", "consumer")
CAREFUL_RUNS = _counter("consumer_careful_runs", "Batches run again event by event", "consumer")
RETRIES = _counter("consumer_retries", "Batches run again after trouble of the infrastructure", "consumer")
REBUILDS = _counter("consumer_rebuilds", "Consumers built anew because they no longer moved", "consumer")
OFFSET_COMMIT_ERRORS = _counter(
    "consumer_offset_commit_errors", "Offset commits that failed; they cost repeats"
)
BREAKER = _gauge(
    "consumer_breaker_open", "1 while the consumer rests because too many aggregates fail", "consumer"
)
LANES = _gauge("lanes", "Aggregates that wait behind an event that cannot be handled", "consumer", "state")

TIMERS_FIRED = _counter("timers_fired", "Timers that fired", "kind")
EFFECTS = _counter("effects", "Calls to the outside by the state they left", "kind", "state")

HTTP_DURATION = Histogram(
    "maillage_http_request_duration_seconds",
    "Time to answer a request; the route is its pattern",
    ["method", "route", "status"],
    registry=REGISTRY,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 10),
)
DEADLOCK_RETRIES = _counter(
    "deadlock_retries", "Commands run again after a deadlock or a serialisation failure"
)


def record_outcome(consumer: str, outcome: "Outcome") -> None:
    """Count a committed batch and what became of its events."""
    BATCHES.labels(consumer).inc()
    for each in fields(outcome):
        if count := getattr(outcome, each.name):
            CONSUMED.labels(consumer, each.name).inc(count)


def exposition() -> bytes:
    """Return all figures in Prometheus' text format; its media type is CONTENT_TYPE."""
    return generate_latest(REGISTRY)
