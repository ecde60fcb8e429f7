"""What billing makes of booking's facts about a pass is what booking's ledger holds, however they arrive."""

import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from billing.passes.model import Kind, Move, folded
from booking.credits.model import Entry, Lot, kept
from chassis.ids import new_id
from contracts.values import Party, Wording

BEGINS, ENDS = date(2026, 3, 1), date(2026, 9, 1)
HALVES = st.integers(1, 8).map(lambda number: Decimal(number) / 2)


class APass(RuleBasedStateMachine):
    """One pass: booked with, given up late or in time, ended, asked back; its facts told to billing."""

    @initialize(units=st.integers(1, 12), grace_days=st.sampled_from([0, 30]))
    def sold(self, units: int, grace_days: int) -> None:
        self.lot = Lot(
            lot_id=new_id(),
            site_id=new_id(),
            holder=Party(person_id=new_id()),
            name=Wording(fr="Carnet", en="Pack"),
            unit="half_day",
            units=Decimal(units),
            resource_kinds=("desk",),
            site_ids=(),
            price_codes=("desk-half-day",),
            valid_from=BEGINS,
            valid_until=ENDS,
            zone="Europe/Paris",
            grace_days=grace_days,
            state="open",
            opened_at=midnight(BEGINS),
        ).after(Entry("opened", Decimal(units)))
        self.today = BEGINS
        self.rows = [Entry("opened", Decimal(units))]
        self.bookings: dict[UUID, Decimal] = {}
        self.told: list[Move] = []

    @rule(units=HALVES)
    def book(self, units: Decimal) -> None:
        """Spend, where enough is left."""
        if self.lot.state == "open" and units <= self.lot.left:
            self.write(self.lot, [Entry("spent", -units)])
            self.bookings[new_id()] = units

    @precondition(lambda self: self.bookings)
    @rule(which=st.integers(0, 7), percent=st.sampled_from([0, 50, 100]))
    def give_up(self, which: int, percent: int) -> None:
        """End a booking before its use: in time, late, or as a no-show."""
        booking_id = sorted(self.bookings)[which % len(self.bookings)]
        drawn = self.bookings.pop(booking_id)
        stays = sum((each.units for each in kept({self.lot.lot_id: drawn}, percent)), Decimal(0))
        if drawn != stays:
            self.write(*self.lot.returned(drawn - stays, midnight(self.today)))

    @rule(days=st.integers(1, 120))
    def wait(self, days: int) -> None:
        """Let days pass; at its end the pass expires."""
        self.today += timedelta(days=days)
        if self.lot.state == "open" and self.lot.over(midnight(self.today)):
            self.write(*self.lot.expired())

    @rule()
    def ask_back(self) -> None:
        """Have the pass taken back, if it is untouched."""
        if self.lot.untouched:
            self.write(*self.lot.closed())

    @invariant()
    def the_ledger_adds_up_and_never_below_zero(self) -> None:
        assert sum(each.units for each in self.rows) == self.lot.left >= 0

    @invariant()
    def billing_finds_the_same_in_any_order_and_told_twice(self) -> None:
        arrived = [*self.told, *self.told[::2]]
        random.Random(len(self.told)).shuffle(arrived)  # noqa: S311 - any order will do
        found = folded(self.lot.units, arrived)
        assert found.left == self.lot.left
        assert found.spent + found.expired + found.closed + found.left == self.lot.units
        assert found.spent >= 0

    def write(self, lot: Lot, entries: list[Entry]) -> None:
        self.lot = lot.after(*entries)
        self.rows += entries
        for each in entries:
            kind: Kind = each.kind  # type: ignore[assignment]  # a lot is opened once, by its sale
            self.told.append(Move(new_id(), kind, abs(each.units)))


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo("Europe/Paris"))


TestAPass = APass.TestCase
TestAPass.settings = settings(max_examples=1000, stateful_step_count=20, deadline=None)
