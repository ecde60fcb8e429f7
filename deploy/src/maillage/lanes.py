"""`maillage lanes`: what waits behind an event that could not be handled, and how an operator frees it.

A lane is named `consumer/territory/topic/aggregate`, as the list shows it. Each act needs a reason, which the
audit of the service keeps.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer

from maillage.sentences import language
from maillage.terminal import Json, answer, read_settings, tell_failure, told

if TYPE_CHECKING:
    from chassis.db import Database
    from chassis.lane_verbs import LaneName

app = typer.Typer(
    help="Look at events that wait because one could not be handled; free them.", rich_markup_mode=None
)
Name = Annotated[str, typer.Argument(metavar="LANE", help="consumer/territory/topic/aggregate")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept in the audit.")]
T = TypeVar("T")
_LANE = re.compile(r"([^/]+)/(\d{9})/([^/]+)/(.+)")


@app.callback(invoke_without_command=True)
def list_(context: typer.Context, *, as_json: Json = False) -> None:
    """List the lanes of every service, oldest first. Exit codes: 0 none waits, 1 some do."""
    if context.invoked_subcommand:
        return
    with told(as_json=as_json):
        found = asyncio.run(_all())
        lines = [
            f"{each['name']}  {each['state']}  {each['events']} waiting  {each['error']}" for each in found
        ]
        answer({"lanes": found}, "\n".join(lines) or "No event waits.", as_json=as_json)
        raise typer.Exit(1 if found else 0)


@app.command()
def show(name: Name, *, as_json: Json = False) -> None:
    """Show the events that wait in a lane, in order."""
    from chassis import lane_verbs  # noqa: PLC0415 - `maillage --help` loads no server code

    found = _carry_out(name, lane_verbs.waiting_events, as_json=as_json)
    lines = [f"{each['version']}  {each['headers'].get('ce_type')}  {each['data']}" for each in found]
    answer({"events": found}, "\n".join(lines), as_json=as_json)


@app.command()
def retry(name: Name, reason: Reason, *, as_json: Json = False) -> None:
    """Try the lane again at once, a dead one too."""
    from chassis import lane_verbs  # noqa: PLC0415 - the same

    _carry_out(name, lambda database, lane: lane_verbs.retry(database, lane, reason), as_json=as_json)
    answer({"retried": name}, f"{name} is tried again.", as_json=as_json)


@app.command()
def skip(name: Name, reason: Reason, *, as_json: Json = False) -> None:
    """Let the event at the head of the lane count as handled, without effect."""
    from chassis import lane_verbs  # noqa: PLC0415 - the same

    version = _carry_out(
        name, lambda database, lane: lane_verbs.skip(database, lane, reason), as_json=as_json
    )
    answer({"skipped": name, "version": version}, f"Version {version} of {name} is skipped.", as_json=as_json)


@app.command()
def replace(
    name: Name,
    data: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The event's data, as JSON.")],
    reason: Reason,
    *,
    as_json: Json = False,
) -> None:
    """Put other data in the place of the event at the head of the lane, as a new event that it caused."""
    from chassis import lane_verbs  # noqa: PLC0415 - the same
    from chassis.errors import NotFound  # noqa: PLC0415 - the same

    async def work(database: Database, lane: LaneName) -> int:
        service = import_module(f"{lane[0].partition('.')[0]}.app").service
        subscriber = next((each for each in service.subscribers if each.name == lane[0]), None)
        if subscriber is None:
            raise NotFound(what="lane", id=name)
        return await lane_verbs.replace(database, subscriber, lane, data.read_bytes(), reason)

    version = _carry_out(name, work, as_json=as_json)
    answer(
        {"replaced": name, "version": version}, f"Version {version} of {name} is replaced.", as_json=as_json
    )


async def _all() -> list[dict[str, Any]]:
    from chassis import lane_verbs  # noqa: PLC0415 - the same
    from maillage.databases import worker_urls  # noqa: PLC0415 - the same

    found = []
    for url in worker_urls(read_settings()).values():
        found += await _there(url, lane_verbs.lanes)
    found.sort(key=lambda lane: lane["opened_at"])
    parts = ("consumer", "territory_id", "topic", "aggregate_id")
    texts = [
        {key: each if isinstance(each, int) else str(each or "") for key, each in lane.items()}
        for lane in found
    ]
    return [{"name": "/".join(str(lane[part]) for part in parts), **lane} for lane in texts]


def _carry_out(name: str, work: Callable[[Database, LaneName], Awaitable[T]], *, as_json: bool) -> T:
    """Do something with a lane in its service's database; a refusal ends the command with its sentence."""
    from chassis.errors import Refused  # noqa: PLC0415 - the same
    from maillage.databases import worker_urls  # noqa: PLC0415 - the same

    lane = _named(name)
    with told(as_json=as_json):
        urls, service = worker_urls(read_settings()), lane[0].partition(".")[0]
        if service not in urls:
            raise typer.BadParameter(f"LANE begins with one of {', '.join(urls)}")
        try:
            return asyncio.run(_there(urls[service], lambda database: work(database, lane)))
        except Refused as refusal:
            spoken: Literal["en", "fr"] = "fr" if language() == "fr" else "en"
            cure = refusal.cure_said(spoken) or ""
            tell_failure({"id": refusal.code, "text": refusal.said(spoken), "cure": cure}, as_json=as_json)


async def _there(url: str, work: Callable[[Database], Awaitable[T]]) -> T:
    from chassis.db import Database  # noqa: PLC0415 - the same

    database = await Database.connect(url, size=1)
    try:
        return await work(database)
    finally:
        await database.close()


def _named(name: str) -> LaneName:
    """Read a lane's name; the aggregate may hold a slash."""
    found = _LANE.fullmatch(name)
    if found is None:
        raise typer.BadParameter("LANE is consumer/territory/topic/aggregate, as `maillage lanes` shows it")
    consumer, territory, topic, aggregate = found.groups()
    return consumer, territory, topic, aggregate
