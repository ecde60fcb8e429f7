"""Which lots a use draws on, judged against every way there is, and what stays spent of what ended early."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from booking.credits.model import Lot, changes, draws, kept
from booking.rights.model import Draw, Use
from contracts.values import Party, Wording

DAY = date(2035, 3, 6)
SITE, PERSON = UUID(int=1), UUID(int=2)
PLACES = Decimal("0.0001")


def a_lot(number: int, left: int, ends: int = 30, unit: str = "hour") -> Lot:
    return Lot(
        lot_id=UUID(int=number),
        site_id=SITE,
        holder=Party(person_id=PERSON),
        name=Wording(fr="Carnet", en="Pack"),
        unit=unit,
        units=Decimal(100),
        resource_kinds=("desk",),
        site_ids=(),
        price_codes=("desk-hour",),
        valid_from=DAY,
        valid_until=DAY + timedelta(days=ends),
        zone="Europe/Paris",
        grace_days=0,
        state="open",
        opened_at=datetime(2035, 3, 1, tzinfo=UTC),
        left=Decimal(left),
    )


def a_use(hours: int) -> Use:
    start = datetime(2035, 3, 6, 7, tzinfo=UTC)
    return Use(PERSON, SITE, "desk", start, start + timedelta(hours=hours), "Europe/Paris")


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 9)), max_size=6), st.integers(1, 12))
def test_a_use_is_covered_whole_from_what_ends_first_or_not_at_all(
    held: list[tuple[int, int]], hours: int
) -> None:
    lots = [a_lot(number, left, ends) for number, (left, ends) in enumerate(held, start=1)]
    by_hand: dict[UUID, int] = {}
    for _ in range(hours):  # an hour at a time, from the lot that ends first and still has one
        free = [each for each in lots if by_hand.get(each.lot_id, 0) < each.left]
        if not free:
            by_hand = {}
            break
        first = min(free, key=lambda each: (each.valid_until, each.lot_id))
        by_hand[first.lot_id] = by_hand.get(first.lot_id, 0) + 1
    assert {each.lot_id: each.units for each in draws(lots, a_use(hours), "desk-hour")} == by_hand


def test_units_of_different_kinds_are_never_added_up() -> None:
    lots = [a_lot(1, 3, ends=10), a_lot(2, 1, ends=20, unit="half_day")]
    assert draws(lots, a_use(4), "desk-hour") == (Draw(UUID(int=2), Decimal(1)),)
    assert draws(lots, a_use(8), "desk-hour") == ()
    assert draws(lots, a_use(3), "desk-hour") == (Draw(UUID(int=1), Decimal(3)),)


AMOUNTS = st.decimals(min_value=PLACES, max_value=1000, places=4)
DRAWN = st.dictionaries(st.integers(1, 4).map(lambda number: UUID(int=number)), AMOUNTS, max_size=3)


@given(DRAWN, st.integers(0, 100))
def test_what_stays_spent_is_never_more_than_was(drawn: dict[UUID, Decimal], percent: int) -> None:
    left = {each.lot_id: each.units for each in kept(drawn, percent)}
    assert all(0 < left[lot_id] <= drawn[lot_id] for lot_id in left)
    assert all(abs(left.get(lot_id, 0) - drawn[lot_id] * percent / 100) <= PLACES for lot_id in drawn)


@given(DRAWN, DRAWN)
def test_a_booking_takes_the_difference_and_then_has_what_it_wants(
    before: dict[UUID, Decimal], wanted: dict[UUID, Decimal]
) -> None:
    found = changes(before, [Draw(*each) for each in wanted.items()])
    after = {lot_id: before.get(lot_id, Decimal(0)) + more for lot_id, more in found.items()}
    assert {lot_id: units for lot_id, units in (before | after).items() if units} == wanted
    assert list(found) == sorted(found), "lots are locked in one order"
