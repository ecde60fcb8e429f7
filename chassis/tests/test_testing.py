"""Rules of the shared fixtures: databases apart, territories valid, waits that end, servers named."""

import psycopg
import pytest

from chassis import testing
from chassis.testing import DatabaseFactory, eventually, new_territory
from contracts.values import PLATFORM, is_siren


async def test_a_wait_ends_when_its_condition_holds_and_returns_what_that_gave() -> None:
    answers = iter([None, "", "there"])

    async def asked() -> str | None:
        return next(answers)

    assert await eventually(asked) == "there"
    assert await eventually(lambda: 7) == 7


async def test_a_wait_in_vain_says_for_what() -> None:
    ship: list[str] = []
    with pytest.raises(AssertionError, match=r"after 0.05 s still \[\]: .*lambda: ship"):
        await eventually(lambda: ship, timeout=0.05)


def test_territories_pass_their_check_and_are_never_the_platform() -> None:
    drawn = {new_territory() for _ in range(2_000)}
    assert len(drawn) > 1_900
    assert all(is_siren(territory) for territory in drawn)
    assert PLATFORM not in drawn


def test_a_service_has_one_database_a_worker_and_two_services_have_two(
    service_database: DatabaseFactory,
) -> None:
    first, again, other = (service_database(name, ()) for name in ("probe", "probe", "closed"))
    assert first is again
    assert first.name != other.name
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        psycopg.connect(first.worker_url.replace("probe_worker:", "closed_worker:"))


def test_a_template_is_complete_or_absent(postgres: str, service_database: DatabaseFactory) -> None:
    service_database("probe", ())
    with psycopg.connect(postgres) as server:
        templates = server.execute(
            "SELECT datallowconn FROM pg_database WHERE datname LIKE 'template\\_probe\\_%'"
        ).fetchall()
    assert templates
    assert set(templates) == {(False,)}


def test_without_a_server_a_test_says_in_one_sentence_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAILLAGE_TEST_KAFKA", raising=False)
    with pytest.raises(pytest.fail.Exception) as failure:
        testing.server_address("MAILLAGE_TEST_KAFKA", "Kafka")
    assert str(failure.value) == (
        "this test needs Kafka (MAILLAGE_TEST_KAFKA is not set): "
        "run `make test`, or `python -m maillage.testservers -- pytest …`"
    )
    assert failure.value.pytrace is False
