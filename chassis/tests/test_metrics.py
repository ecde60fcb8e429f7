"""Rules of metrics: Prometheus can read them, names have units, no figure is by territory."""

import re

from prometheus_client import Histogram
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.parser import text_string_to_metric_families

from chassis import metrics
from chassis.step import Outcome


def figures() -> dict[tuple[str, str], float]:
    """Every sample of ours by name and labels, as a scraper reads them."""
    return {
        (sample.name, ",".join(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(metrics.exposition().decode())
        for sample in family.samples
    }


def test_a_committed_batch_counts_once_and_each_of_its_events_by_what_became_of_it() -> None:
    metrics.record_outcome("probe.counted", Outcome(handled=7, repeats=2, parked=1))
    metrics.record_outcome("probe.counted", Outcome(handled=3))
    seen = figures()
    assert seen["maillage_consumer_batches_total", "probe.counted"] == 2
    assert seen["maillage_consumer_events_total", "probe.counted,handled"] == 10
    assert seen["maillage_consumer_events_total", "probe.counted,repeats"] == 2
    assert seen["maillage_consumer_events_total", "probe.counted,parked"] == 1
    assert ("maillage_consumer_events_total", "probe.counted,quarantined") not in seen


def test_a_request_falls_into_a_bucket_of_its_route() -> None:
    metrics.HTTP_DURATION.labels("GET", "/v1/probe/{id}", "200").observe(0.2)
    seen = figures()
    assert seen["maillage_http_request_duration_seconds_bucket", "0.1,GET,/v1/probe/{id},200"] == 0
    assert seen["maillage_http_request_duration_seconds_bucket", "0.2,GET,/v1/probe/{id},200"] == 1
    assert seen["maillage_http_request_duration_seconds_sum", "GET,/v1/probe/{id},200"] == 0.2


def test_the_process_itself_is_measured() -> None:
    assert figures()["process_resident_memory_bytes", ""] > 1_000_000


def test_every_name_is_ours_and_explained_and_no_label_is_a_territory_or_a_person() -> None:
    ours = [each for each in vars(metrics).values() if isinstance(each, MetricWrapperBase)]
    assert len(ours) >= 17
    for metric in ours:
        (family,) = metric.describe()
        assert re.fullmatch(r"maillage_[a-z_]+", family.name)
        assert family.documentation
        assert not {"territory", "territory_id", "person_id", "actor_id"} & set(metric._labelnames)  # noqa: SLF001 - no other way
        assert family.name.endswith("_seconds") == (isinstance(metric, Histogram) or "_age" in family.name)


def test_the_media_type_is_that_of_the_text_format() -> None:
    assert metrics.CONTENT_TYPE.startswith("text/plain")
