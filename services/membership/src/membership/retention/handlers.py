"""Holds the rules by which membership keeps accounts and proofs, and purges what they no longer keep."""

from typing import Final
from uuid import UUID

from chassis import purges
from chassis.db import Tx
from chassis.pages import Asked, Page
from chassis.purges import Purpose
from chassis.retention import Due, Purge, PurgeShown, Rule, Rules, RuleShown, SetMonths
from contracts.membership import MembershipRetentionApplied
from contracts.values import Wording
from membership.erasures import handlers as erasures
from membership.retention import store


async def show_rules(tx: Tx) -> Rules:
    """Return what membership keeps for how long here, and what is due today."""
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
        tx.emit(MembershipRetentionApplied(**told, applied_at=done.purged_at))
    return done


async def list_purges(tx: Tx, asked: Asked) -> Page[PurgeShown]:
    """Return the purges that were made here, the last one first."""
    return await purges.list_purges(tx, asked)


async def _have_erased(tx: Tx, ids: list[UUID], wanted: Purge, by: UUID) -> int:
    return await erasures.request_for_inactive(tx, ids, wanted.cut_off_on, by)


async def _empty(tx: Tx, ids: list[UUID], wanted: Purge, _by: UUID) -> int:
    return await store.empty_documents(tx, ids, wanted.cut_off_on)


PURPOSES: Final = (
    Purpose(
        Rule(
            "accounts",
            what=Wording(
                fr="Comptes sans lien vivant avec le territoire, après le dernier contact : effacés partout.",
                en="Accounts without living ties to the territory, after the last contact: all is erased.",
            ),
            basis=Wording(
                fr="Contrat, puis intérêt légitime : trois ans dès le dernier contact (CNIL).",
                en="Contract, then legitimate interest: three years from the last contact (CNIL).",
            ),
            months=36,
            least=12,
            most=60,
        ),
        store.ACCOUNTS,
        _have_erased,
        on_platform=True,
    ),
    Purpose(
        Rule(
            "proofs",
            what=Wording(
                fr="Contenu et nom de fichier des pièces, après la décision : elle seule demeure.",
                en="Contents and file names of documents, after the decision: it alone stays.",
            ),
            basis=Wording(
                fr="Contrat : la pièce ne sert qu’à établir le tarif, puis à en débattre.",
                en="Contract: a document only serves to establish the rate, then to settle a dispute.",
            ),
            months=12,
            least=1,
            most=24,
        ),
        store.PROOFS,
        _empty,
    ),
)
"""What membership keeps for how long, and on which basis."""
