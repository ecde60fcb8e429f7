"""Lists by pages: each row is met once, whatever is written meanwhile; cursors cannot be made up."""

import base64
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chassis.db import Database, Tx
from chassis.pages import Asked, CursorInvalid, Cursors, Order, Page
from chassis.testing import new_territory

CURSORS = Cursors(b"k" * 32)
OLDEST = Order("thing_id text", "version bigint")
NEWEST = Order("thing_id text", "version bigint", descending=True)
SELECT = "SELECT thing_id, version FROM journal WHERE consumer = $1"
Row = tuple[str, int]


async def page_of(tx: Tx, order: Order, asked: Asked) -> Page[Row]:
    rows = await tx.fetch(SELECT + order.tail(asked, 2), "pages", *asked.arguments)
    return order.page(asked, rows, lambda row: (row["thing_id"], row["version"]))


async def write(database: Database, territory: str, rows: Sequence[Row]) -> None:
    async with database.tx(territory) as tx:
        await tx.executemany(
            "INSERT INTO journal (territory_id, consumer, thing_id, version) VALUES ($1, 'pages', $2, $3)",
            [(territory, *row) for row in rows],
        )


async def walk(
    database: Database, territory: str, order: Order, limit: int, between: Sequence[Sequence[Row]] = ()
) -> list[list[Row]]:
    """Read every page in its own transaction, others writing rows between two of them."""
    pages, place, writers = [], None, iter(between)
    while True:
        async with database.tx(territory) as tx:
            page = await page_of(tx, order, Asked(limit, place))
        pages.append(page.items)
        assert len(pages) < 100, "the walk does not end"
        if page.last is None:
            return pages
        place = CURSORS.open("/things", CURSORS.seal("/things", page.last))
        await write(database, territory, next(writers, ()))


names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4)
rows_drawn = st.lists(st.tuples(names, st.integers(-(2**63), 2**63 - 1)), max_size=12, unique=True)


# an example takes many transactions: a failure is shown as found, not shrunk
@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.sampled_from([OLDEST, NEWEST]), rows_drawn, st.lists(rows_drawn, max_size=4), st.integers(1, 5))
async def test_each_row_there_from_the_start_is_met_once_under_concurrent_writes(
    database: Database, order: Order, rows: list[Row], between: list[list[Row]], limit: int
) -> None:
    territory, seen = new_territory(), set(rows)
    fresh = [[row for row in batch if not (row in seen or seen.add(row))] for batch in between]  # type: ignore[func-returns-value]
    await write(database, territory, rows)
    met = [row for page in await walk(database, territory, order, limit, fresh) for row in page]
    assert len(met) == len(set(met))
    assert set(rows) <= set(met) <= seen


async def test_pages_are_full_and_in_order_in_both_directions(database: Database, territory: str) -> None:
    rows = [("l'été", n) for n in range(7)]
    await write(database, territory, rows)
    assert await walk(database, territory, OLDEST, 3) == [rows[:3], rows[3:6], rows[6:]]
    assert await walk(database, territory, NEWEST, 7) == [rows[::-1]]


async def test_an_empty_list_is_one_empty_page(database: Database, territory: str) -> None:
    assert await walk(database, territory, OLDEST, 3) == [[]]


async def test_instants_days_and_ids_come_back_from_a_cursor_to_the_microsecond(
    database: Database, territory: str
) -> None:
    order = Order("s.at timestamptz", "s.day date", "s.id uuid")
    at = dt.datetime(2026, 3, 29, 1, 59, 59, 999_999, tzinfo=dt.UTC)
    rows = [(at + dt.timedelta(microseconds=n), dt.date(2026, 3, 1), UUID(int=n)) for n in range(3)]
    columns = [list(column) for column in zip(*rows, strict=True)]
    select = "SELECT s.* FROM unnest($1::timestamptz[], $2::date[], $3::uuid[]) AS s(at, day, id) WHERE true"
    met, asked = [], Asked(1)
    async with database.tx(territory) as tx:
        for _ in rows:
            found = await tx.fetch(select + order.tail(asked, 4), *columns, *asked.arguments)
            page = order.page(asked, found, tuple)
            met += page.items
            asked = Asked(1, page.last)
    assert met == rows
    assert asked.after is None


def test_a_list_is_not_ordered_by_what_may_be_missing() -> None:
    with pytest.raises(TypeError):
        Order("ends_at timestamptz").page(Asked(1), [{"ends_at": None}, {"ends_at": None}], dict)  # type: ignore[list-item]


places = st.lists(st.text(), min_size=1).map(tuple)


@given(st.text(), places)
def test_a_cursor_gives_back_its_place(scope: str, place: tuple[str, ...]) -> None:
    assert CURSORS.open(scope, CURSORS.seal(scope, place)) == place


@given(st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_a_made_up_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(CursorInvalid):
        CURSORS.open("/things", cursor)


@given(st.integers(min_value=0))
def test_a_cursor_changed_in_one_character_is_refused(where: int) -> None:
    cursor = CURSORS.seal("/things", ("a", "b"))
    at = where % len(cursor)
    changed = cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :]
    with pytest.raises(CursorInvalid):
        CURSORS.open("/things", changed)


def test_a_cursor_of_another_list_or_another_service_is_refused() -> None:
    cursor = CURSORS.seal("/v1/territories/200035715/things?", ("a", "b"))
    with pytest.raises(CursorInvalid):
        CURSORS.open("/v1/territories/200043123/things?", cursor)
    with pytest.raises(CursorInvalid):
        Cursors(b"other").open("/v1/territories/200035715/things?", cursor)


def test_a_cursor_of_the_same_list_in_another_order_is_refused() -> None:
    rows: list[Any] = [{"thing_id": "a", "version": 1}, {"thing_id": "b", "version": 1}]
    place = OLDEST.page(Asked(1), rows, dict).last
    assert "LIMIT $4" in OLDEST.tail(Asked(1, place), 2)
    with pytest.raises(CursorInvalid):
        NEWEST.tail(Asked(1, place), 2)


def test_every_process_of_a_service_opens_the_others_cursors(tmp_path: Path) -> None:
    one, other = Cursors.in_directory(tmp_path), Cursors.in_directory(tmp_path)
    assert other.open("/things", one.seal("/things", ("a",))) == ("a",)
    assert (tmp_path / "cursor-key").stat().st_mode & 0o777 == 0o600
