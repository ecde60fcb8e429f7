"""A real controller at a real door, its link cut: whoever is qualified works on, and all is told once."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from booking_builders import Api, Hub, an_api_over_http, at
from machine_builders import a_class, a_machine, a_maker, qualify

from booking.resources.handlers import ResourceView
from chassis.ids import new_id
from chassis.testing import eventually
from contracts.booking import UsageStarted, UsageStopped

BADGES = ("04A1", "04B2", "04C3")


class Line:
    """The line between a controller and the platform, which can be cut: then it refuses."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._server: asyncio.Server | None = None
        self.port = 0

    async def join(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        await asyncio.gather(_pour(reader, back), _pour(there, writer))


async def _pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await source.read(65_536):
            sink.write(piece)
            await sink.drain()
    sink.close()


class Box:
    """The program, as it runs at the machines."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.links: list[str] = []

    async def ask(self, **asked: Any) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        answer: dict[str, Any] = json.loads(await self._process.stdout.readline())
        return answer

    async def listen(self) -> None:
        assert self._process.stderr
        while line := await self._process.stderr.readline():
            self.links.append(line.decode().strip())

    async def says(self, link: str) -> None:
        await eventually(lambda: self.links[-1:] == [link])


@asynccontextmanager
async def a_box(hub: Hub, line: Line, token: str, folder: Path) -> AsyncIterator[Box]:
    environ = {
        **os.environ,
        "MAILLAGE_ADDRESS": f"http://127.0.0.1:{line.port}",
        "MAILLAGE_TERRITORY": hub.territory,
        "MAILLAGE_CONTROLLER_TOKEN": token,
        "MAILLAGE_CONTROLLER_DIR": str(folder),
        "MAILLAGE_CONTROLLER_SECONDS": "0.2",
    }
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "maillage_controller", stdin=pipe, stdout=pipe, stderr=pipe, env=environ
    )
    box = Box(process)
    listening = asyncio.create_task(box.listen())
    try:
        yield box
    finally:
        process.kill()
        await process.wait()
        await listening


async def a_controller(api: Api, hub: Hub) -> str:
    """Have the staff register a controller; return its token."""
    body = {"controller_id": str(new_id()), "site_id": str(hub.site_id), "name": "Atelier"}
    answer = await api.post("controllers", api.token("hub-manager"), body)
    assert answer.status_code == 201, answer.text
    token: str = answer.json()["token"]
    return token


async def three_makers(hub: Hub, api: Api) -> tuple[ResourceView, list[str]]:
    """A printer, and the badges of three who are qualified for it; return it and the ids of the badges."""
    machine_class_id, badge_ids = await a_class(hub), []
    printer = await a_machine(hub, machine_class_id=machine_class_id, level=1, heartbeat_seconds=3600)
    for code in BADGES:
        person = await a_maker(hub)
        await qualify(hub, person, machine_class_id)
        badge_ids.append(str(new_id()))
        body = {
            "badge_id": badge_ids[-1],
            "site_id": str(hub.site_id),
            "person_id": str(person),
            "code": code,
        }
        assert (await api.post("badges", api.token("hub-manager"), body)).status_code == 201
    return printer, badge_ids


async def told(hub: Hub) -> list[tuple[int, str]]:
    """The uses that were told to be charged: minutes and material."""
    facts = await hub.facts(UsageStopped)
    return [(each["minutes"], each["materials"][0]["quantity"]) for each in facts]


async def test_three_uses_while_the_link_is_cut_for_ten_minutes_are_told_once_each(
    hub: Hub, secrets_dir: Path, tmp_path: Path
) -> None:
    await hub.set_clock(at(9))
    async with an_api_over_http(hub.database, hub.territory, secrets_dir) as api:
        printer, _ = await three_makers(hub, api)
        token, folder = await a_controller(api, hub), tmp_path / "box"
        line = Line(api.port or 0)
        await line.join()
        async with a_box(hub, line, token, folder) as box:
            await box.says("link")
            await line.cut()
            await box.says("no link")
            await hub.set_clock(at(9) + timedelta(minutes=10))
            for number, code in enumerate(BADGES):
                begun = at(9) + timedelta(minutes=1 + 3 * number)
                machine = str(printer.resource_id)
                let_in = await box.ask(machine=machine, badge=code, at=begun.isoformat())
                assert let_in["let_in"], let_in
                busy = await box.ask(machine=machine, badge=BADGES[0], at=begun.isoformat())
                assert busy == {"let_in": False, "why": "in_use"}
                ended = begun + timedelta(minutes=2)
                used = [{"price_code": "filament", "quantity": str(number + 1)}]
                await box.ask(stop=let_in["usage_id"], at=ended.isoformat(), materials=used)
            assert await box.ask(machine=machine, badge="FFFF", at=ended.isoformat()) == {
                "let_in": False,
                "why": "unknown_badge",
            }
            assert await told(hub) == [], "nothing is told without a link"
            await line.join()
            await box.says("link")
        assert await told(hub) == [(2, "1"), (2, "2"), (2, "3")]
        (folder / "told.jsonl").unlink()  # it forgot what it had told, and tells all again
        async with a_box(hub, line, token, folder) as again:
            await again.says("link")
        assert len(await told(hub)) == 3
        assert [each["let_in_by"] for each in await hub.facts(UsageStarted)] == ["permission"] * 3
        await line.cut()


async def test_a_use_begun_before_the_cut_goes_on_and_is_settled_by_its_machine(
    hub: Hub, secrets_dir: Path, tmp_path: Path
) -> None:
    await hub.set_clock(at(9))
    async with an_api_over_http(hub.database, hub.territory, secrets_dir) as api:
        printer, badge_ids = await three_makers(hub, api)
        line = Line(api.port or 0)
        await line.join()
        async with a_box(hub, line, await a_controller(api, hub), tmp_path / "box") as box:
            await box.says("link")
            machine = str(printer.resource_id)
            let_in = await box.ask(machine=machine, badge=BADGES[0])
            assert let_in["let_in"], let_in
            await eventually(lambda: _has_begun(hub))
            await line.cut()
            await box.says("no link")
            await hub.set_clock(at(9.5))
            used = [{"price_code": "filament", "quantity": "5"}]
            await box.ask(stop=let_in["usage_id"], at=at(9.25).isoformat(), materials=used)
            await line.join()
            await box.says("link")
            assert await told(hub) == [(14, "5")], "it began some seconds after nine"
            path = f"badges/{badge_ids[0]}/take-back"
            assert (await api.post(path, api.token("hub-manager"), {})).status_code == 204
            await eventually(lambda: _let_in_no_more(box, machine))
        await line.cut()


async def _has_begun(hub: Hub) -> bool:
    return len(await hub.facts(UsageStarted)) == 1


async def _let_in_no_more(box: Box, machine: str) -> bool:
    answer = await box.ask(machine=machine, badge=BADGES[0], at=at(9.5).isoformat())
    if answer["let_in"]:
        await box.ask(stop=answer["usage_id"], at=at(9.5).isoformat())
    return answer == {"let_in": False, "why": "unknown_badge"}


async def test_who_has_no_token_of_a_controller_fetches_nothing(api: Api) -> None:
    answer = await api.post("controlled/permissions", api.token("hub-manager"), {})
    assert (answer.status_code, answer.json()["code"]) == (401, "controller-unknown")
    wrong = await api.post(
        "controlled/permissions", api.token("hub-manager"), {}, **{"Maillage-Controller": "x" * 43}
    )
    assert wrong.status_code == 401
