"""What another system kept is spent as a pass is, opened once, and closed with what is left of it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from booking_builders import MONDAY, NOW, PARIS, Hub, tell
from credit_builders import a_desk, a_nomad, a_pass, ledger, left
from policy_builders import give_up

from booking.credits.handlers import at_lot, lots_of
from chassis.ids import new_id
from chassis.pages import Asked
from contracts.booking import CreditLotClosed, CreditLotExpired, CreditLotOpened, CreditsSpent
from contracts.membership import BalanceBroughtIn, BalanceTakenBack
from contracts.money import Money
from contracts.values import Party


def a_balance(person_id: UUID, units: str = "3", **changes: Any) -> BalanceBroughtIn:
    """Three half-days that another system kept, and that never end."""
    values: dict[str, Any] = {
        "balance_id": new_id(),
        "import_id": new_id(),
        "line": 2,
        "holder": Party(person_id=person_id),
        "quantity": Decimal(units),
        "unit": "half_day",
        "zone": PARIS,
        "brought_in_at": NOW,
    }
    return BalanceBroughtIn(**(values | changes))


def taken_back(brought: BalanceBroughtIn) -> BalanceTakenBack:
    values = {name: getattr(brought, name) for name in BalanceBroughtIn.model_fields}
    del values["brought_in_at"]
    return BalanceTakenBack(**values, taken_back_at=NOW)


async def hear(hub: Hub, *facts: BalanceBroughtIn | BalanceTakenBack) -> None:
    await tell(hub.database, hub.territory, *facts)


async def test_a_balance_opens_one_lot_however_often_it_is_told_and_pays_for_a_booking(hub: Hub) -> None:
    person = await a_nomad(hub)
    brought = a_balance(person)
    await hear(hub, brought, brought)
    booked = await hub.book(await a_desk(hub), person, 8, 16)
    assert booked.paid_by == "credits"
    assert await ledger(hub, brought.balance_id) == [("opened", 3), ("spent", -2)]
    (opened,) = await hub.facts(CreditLotOpened)
    assert (opened["lot_id"], opened["valid_until"]) == (str(brought.balance_id), "9999-12-31")
    (spent,) = await hub.facts(CreditsSpent)
    assert (spent["lot_id"], spent["spent"], spent["left"]) == (str(brought.balance_id), "2", "1")


async def test_a_pass_that_ends_is_spent_before_a_balance_that_never_does(hub: Hub) -> None:
    person = await a_nomad(hub)
    brought, sold = a_balance(person), a_pass(hub, person, "1")
    await tell(hub.database, hub.territory, brought, sold)
    await hub.book(await a_desk(hub), person, 8, 16)
    assert await left(hub, sold.sale_id) == 0
    assert await left(hub, brought.balance_id) == 2


async def test_what_has_no_price_takes_nothing_of_a_balance(hub: Hub) -> None:
    person = await a_nomad(hub)
    brought = a_balance(person)
    await hear(hub, brought)
    await hub.book(await hub.room("Poste offert", kind="desk", price_code=None), person, 8, 10)
    assert await left(hub, brought.balance_id) == 3


async def test_money_nothing_and_what_has_ended_open_no_lot_and_can_be_taken_back(hub: Hub) -> None:
    person, today = await a_nomad(hub), date(2035, 3, 5)
    in_money = a_balance(person, quantity=None, unit=None, money=Money(minor=4000, currency="EUR"))
    for brought in (in_money, a_balance(person, "0"), a_balance(person, valid_until=today)):
        await hear(hub, brought, taken_back(brought))
    assert await hub.facts(CreditLotOpened) == []
    assert await hub.facts(CreditLotClosed) == []
    await hear(hub, a_balance(person, valid_until=today + timedelta(days=1)))
    assert len(await hub.facts(CreditLotOpened)) == 1, "and yet what holds for a day is opened"


async def test_an_unspent_balance_is_closed_once_however_often_it_is_taken_back(hub: Hub) -> None:
    person = await a_nomad(hub)
    brought = a_balance(person)
    await hear(hub, brought, taken_back(brought), taken_back(brought), brought)
    assert await ledger(hub, brought.balance_id) == [("opened", 3), ("closed", -3)]
    assert [each["closed"] for each in await hub.facts(CreditLotClosed)] == ["3"]
    assert (await hub.book(await a_desk(hub), person, 8, 10)).paid_by == "money"


async def test_a_balance_that_is_heard_after_it_was_taken_back_stays_closed(hub: Hub) -> None:
    person = await a_nomad(hub)
    brought = a_balance(person)
    await hear(hub, taken_back(brought), brought)
    assert await left(hub, brought.balance_id) == 0
    assert (await hub.book(await a_desk(hub), person, 8, 10)).paid_by == "money"


async def test_of_a_spent_balance_the_rest_is_closed_and_what_comes_back_expires(hub: Hub) -> None:
    person = await a_nomad(hub)
    brought = a_balance(person)
    await hear(hub, brought)
    booked = await hub.book(await a_desk(hub), person, 8 + 48, 16 + 48)
    await hear(hub, taken_back(brought), taken_back(brought))
    assert await ledger(hub, brought.balance_id) == [("opened", 3), ("spent", -2), ("closed", -1)]
    await give_up(hub, booked)
    assert (await ledger(hub, brought.balance_id))[3:] == [("restored", 2), ("expired", -2)]
    assert [each["expired"] for each in await hub.facts(CreditLotExpired)] == ["2"]


async def test_a_balance_spent_to_the_last_unit_is_closed_without_a_row(hub: Hub) -> None:
    person = await a_nomad(hub)
    brought = a_balance(person, "1")
    await hear(hub, brought)
    await hub.book(await a_desk(hub), person, 8, 10)
    await hear(hub, taken_back(brought))
    assert await ledger(hub, brought.balance_id) == [("opened", 1), ("spent", -1)]
    assert [each["closed"] for each in await hub.facts(CreditLotClosed)] == ["0"]


async def test_whoever_holds_a_balance_sees_it_and_it_is_of_no_site(hub: Hub) -> None:
    person = await a_nomad(hub)
    brought = a_balance(person, valid_until=MONDAY + timedelta(days=60))
    await hear(hub, brought)
    async with hub.database.tx(hub.territory) as tx:
        (lot,) = (await lots_of(tx, Asked(10), person)).items
        owned = await at_lot(hub.principal(person))(tx, brought.balance_id)
        strange = await at_lot(hub.principal(new_id()))(tx, brought.balance_id)
    assert (lot.name.fr, lot.left) == ("Solde repris", Decimal(3))
    assert owned is not None
    assert (owned.owner_id, owned.site_id) == (person, None)
    assert strange is not None
    assert strange.owner_id is None
