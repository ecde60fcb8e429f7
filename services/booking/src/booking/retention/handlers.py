"""Holds the rule by which booking keeps the names of visitors, and purges what it no longer keeps."""

from typing import Final
from uuid import UUID

from booking.retention import store
from chassis import purges
from chassis.db import Tx
from chassis.pages import Asked, Page
from chassis.purges import Purpose
from chassis.retention import Due, Purge, PurgeShown, Rule, Rules, RuleShown, SetMonths
from contracts.booking import BookingRetentionApplied
from contracts.values import Wording


async def show_rules(tx: Tx) -> Rules:
    """Return what booking keeps for how long here, and what is due today."""
    return await purges.show_rules(tx, PURPOSES)


async def set_months(tx: Tx, purpose: str, wanted: SetMonths) -> RuleShown:
    """Let the territory set its months. Raises NotFound, MonthsOutOfBounds."""
    return await purges.set_months(tx, PURPOSES, purpose, wanted)


async def list_due(tx: Tx, asked: Asked, purpose: str) -> Page[Due]:
    """Return what a purge would take today, the oldest first. Raises NotFound."""
    return await purges.list_due(tx, asked, PURPOSES, purpose)


async def purge(tx: Tx, purpose: str, wanted: Purge, by: UUID) -> PurgeShown:
    """Purge what is older than a day, and tell it. Raises NotFound, CutOffTooLate."""
    done = await purges.purge(tx, PURPOSES, purpose, wanted, by)
    if done.taken:
        told = done.model_dump(exclude={"purged_by", "purged_at"})
        tx.emit(BookingRetentionApplied(**told, applied_at=done.purged_at))
    return done


async def list_purges(tx: Tx, asked: Asked) -> Page[PurgeShown]:
    """Return the purges that were made here, the last one first."""
    return await purges.list_purges(tx, asked)


async def _empty(tx: Tx, ids: list[UUID], wanted: Purge, _by: UUID) -> int:
    return await store.empty(tx, ids, wanted.cut_off_on)


PURPOSES: Final = (
    Purpose(
        Rule(
            "visits",
            what=Wording(
                fr="Noms des visiteurs et des expéditeurs, après la visite ou la remise : le fait demeure.",
                en="Names of visitors and senders, after the visit or the handing over: the fact stays.",
            ),
            basis=Wording(
                fr="Intérêt légitime : la sécurité du lieu et le suivi des envois.",
                en="Legitimate interest: the safety of the place, and following up on parcels.",
            ),
            months=12,
            least=1,
            most=36,
        ),
        store.VISITS,
        _empty,
    ),
)
"""What booking keeps for how long, and on which basis."""
