"""Owns the facts about balances that a hub brings over from another system."""

from typing import Annotated
from uuid import UUID

from contracts.envelope import Fact, Topic
from contracts.marks import Known, about
from contracts.money import Money, Quantity
from contracts.values import Day, Instant, Party, Zone

BALANCES = Topic("membership.balances.v1", key="balance_id")

BalanceId = Annotated[
    UUID, about("What somebody had left in another system.", "0195a1b0-5c00-8000-8000-000000000037")
]
ImportId = Annotated[UUID, about("The import that brought it.", "0195a1b0-5c00-7000-8000-000000000038")]


class BalanceState(Fact):
    """What somebody had left when their hub moved in: money, or units of use, exactly one of both.

    The id comes from the import and the line of its file: the same line is the same balance.
    """

    balance_id: BalanceId
    import_id: ImportId
    line: Annotated[int, about("Line of the file that says so.", 12)]
    holder: Annotated[Party, about("Whose it is.")]
    money: Annotated[Money | None, about("What is left in money.")] = None
    quantity: Annotated[Quantity | None, about("What is left in units.", "7.5")] = None
    unit: Annotated[
        str | None, Known("hour", "half_day", "day"), about("What the quantity counts.", "half_day")
    ] = None
    valid_until: Annotated[Day | None, about("First day on which it is lost; none is never.")] = None
    zone: Annotated[Zone, about("Zone of the territory, in whose days it ends.")] = "Europe/Paris"


class BalanceBroughtIn(BalanceState, topic=BALANCES):
    """Somebody has a balance here that another system kept until now."""

    brought_in_at: Annotated[Instant, about("When it was brought in, business time of the territory.")]


class BalanceTakenBack(BalanceState, topic=BALANCES):
    """A balance was brought in by mistake: it never was here. Nothing of it had been used."""

    taken_back_at: Annotated[Instant, about("When it was taken back, business time of the territory.")]
