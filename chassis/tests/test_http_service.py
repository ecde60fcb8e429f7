"""What the HTTP door does when it cannot serve, and what it tells of itself."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from things import Api, an_api, code

from chassis.db import Database
from chassis.ids import new_id
from chassis.testing import ServiceDatabase


@pytest.fixture
async def api(database: Database, territory: str, tmp_path: Path) -> AsyncIterator[Api]:
    async with an_api(database, territory, tmp_path) as api:
        yield api


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        (b'{"thing_id": "x", "place": 0, "more": 1}', ["/thing_id", "/place", "/more"]),
        (b"{}", ["/thing_id", "/place"]),
        (b"[]", [""]),
        (b"", None),
        (b"{", None),
        (b"\xff", None),
        (b"[" * 100_000, None),
        (b'{"thing_id": "00000000-0000-0000-0000-000000000001", "place": 1, "note": "\\ud800"}', None),
        (b'{"thing_id": "00000000-0000-0000-0000-000000000001", "place": 1, "note": "\\u0000"}', None),
        (b'{"thing_id": "00000000-0000-0000-0000-000000000001", "place": 1e400}', None),
    ],
)
async def test_a_body_that_cannot_be_read_is_422_and_pointed_at(
    api: Api, body: bytes, pointers: list[str] | None
) -> None:
    answer = await api.post(api.address, content=body, headers=api.as_role())
    assert (answer.status_code, code(answer)) == (422, "invalid"), answer.text
    if pointers is not None:
        assert [error["pointer"] for error in answer.json()["errors"]] == pointers


async def test_a_body_over_one_mebibyte_is_refused_by_name(api: Api) -> None:
    answer = await api.post(api.address, content=b" " * 1_048_577, headers=api.as_role())
    assert (answer.status_code, code(answer)) == (413, "body-too-large")
    assert answer.json()["values"] == {"limit": 1_048_576}


async def test_addresses_and_methods_that_are_not_there_are_refused_as_problems(api: Api) -> None:
    for nowhere in (
        "/nowhere",
        f"{api.address}/no-uuid",
        "/v1/territories",
        f"{api.address}?a=%00",
        "/v1/territories/%00/things",
    ):
        answer = await api.get(nowhere)
        assert (answer.status_code, code(answer)) == (404, "no-such-address")
    wrong = await api.delete(api.address)
    assert (wrong.status_code, code(wrong)) == (405, "method-not-allowed")
    assert "POST" in wrong.headers["allow"]
    for siren in ("123456789", "12345678", "12345678'", "200035715,200043123"):
        answer = await api.get(f"/v1/territories/{siren}/things")
        assert (answer.status_code, code(answer)) == (404, "not-found")


async def test_an_unexpected_failure_tells_nothing_of_itself(api: Api) -> None:
    thing_id = new_id()
    await api.create(thing_id)
    with capture_logs() as logged:
        answer = await api.post(
            f"{api.address}/{thing_id}/touch", json={"times": 1001}, headers=api.as_role()
        )
    assert (answer.status_code, code(answer)) == (500, "unexpected")
    assert "secret" not in answer.text
    assert "ZeroDivision" not in answer.text
    assert logged[-1]["error"].startswith("ZeroDivisionError at things.py:")
    assert logged[-1]["frames"][-1].startswith("touch_thing:")
    assert "secret" not in str(logged)


async def test_without_a_database_the_answer_is_503_and_says_when_to_come_back(
    own_database: ServiceDatabase, territory: str, tmp_path: Path
) -> None:
    database = await Database.connect(own_database.worker_url)
    await database.close()
    async with an_api(database, territory, tmp_path) as api:
        for answer in (await api.create(new_id()), await api.get(api.address)):
            assert (answer.status_code, code(answer)) == (503, "busy")
            assert answer.headers["retry-after"] == "2"


async def test_a_request_that_finds_no_free_connection_is_told_to_come_back(
    own_database: ServiceDatabase, territory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.commands._WAIT_FOR_CONNECTION", 0.05)
    database = await Database.connect(own_database.worker_url, size=1)
    async with an_api(database, territory, tmp_path) as api:
        async with database.tx(territory):
            answer = await api.create(new_id())
            assert (answer.status_code, code(answer)) == (503, "busy")
        assert (await api.create(new_id())).status_code == 201
    await database.close()


async def test_every_answer_carries_the_security_headers(api: Api) -> None:
    for answer in (await api.get(api.address), await api.get("/nowhere"), await api.post(api.address)):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        assert answer.headers["referrer-policy"] == "no-referrer"


async def test_health_says_each_part_and_fails_when_one_does(api: Api) -> None:
    live, ready = await api.get("/health/live"), await api.get("/health/ready")
    assert (live.status_code, live.json()["live"]) == (200, True)
    assert (ready.status_code, ready.json()["ready"]) == (503, False)
    said = {name: check.get("detail") for name, check in ready.json()["checks"].items()}
    assert said == {"loop": None, "draining": None, "kafka": "the broker is away"}


async def test_figures_are_given_as_prometheus_reads_them(api: Api) -> None:
    answer = await api.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert "# TYPE maillage_deadlock_retries_total counter" in answer.text
    await api.get(api.address, headers=api.as_role())
    labels = 'method="GET",route="/v1/territories/{siren}/things",status="200"'
    figures = (await api.get("/metrics")).text
    assert f"maillage_http_request_duration_seconds_count{{{labels}}}" in figures


async def test_the_api_describes_itself(api: Api) -> None:
    schema = (await api.get("/schema/openapi.json")).json()
    things = schema["paths"]["/v1/territories/{siren}/things"]
    touch = schema["paths"]["/v1/territories/{siren}/things/{thing_id}/touch"]["post"]
    assert {parameter["name"] for parameter in things["get"]["parameters"]} == {"siren", "limit", "cursor"}
    keys = {parameter["name"]: parameter["required"] for parameter in touch["parameters"]}
    assert keys == {"siren": True, "thing_id": True, "Idempotency-Key": True}
    assert things["post"]["description"] == "Create a thing."
    assert "201" in things["post"]["responses"]
    assert "application/problem+json" in touch["responses"]["409"]["content"]
    assert touch["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].endswith("Thing")
    assert schema["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert not [path for path in schema["paths"] if path.startswith(("/health", "/metrics", "/schema"))]


async def test_no_page_that_loads_programs_of_others_is_served(api: Api) -> None:
    for page in ("/schema/swagger", "/schema/redoc", "/schema/elements", "/schema/rapidoc"):
        assert (await api.get(page)).status_code == 404
