"""Carries an erasure from wish to certificate: asks all services, destroys the key, gathers receipts."""

import hmac
from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, TypeAdapter

from chassis.clock import utc_now
from chassis.db import PLATFORM, Tx
from chassis.decisions import Principal
from chassis.erasure import erase, held_up_by
from chassis.errors import NotFound
from chassis.ids import new_id
from chassis.pages import Asked, Page
from contracts.erasure import ErasureCheck, ErasureReceipt, Hold
from contracts.membership import (
    ErasureCompleted,
    ErasureHeld,
    ErasureRequested,
    PersonErased,
    SubjectKeyDestroyed,
)
from membership.erasures import model, store
from membership.erasures.model import Certificate, Erasure, ErasureNotDone, ErasureShown, Receipt
from membership.persons import store as persons
from membership.vault import Vault

SERVICE: Final = "membership"
_TOKEN: Final = "certificate"  # noqa: S105 - a kind of text
_holds = TypeAdapter(tuple[Hold, ...])


class RequestErasure(BaseModel):
    """Ask that a person be forgotten everywhere: oneself, or somebody who asked an administrator for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    erasure_id: UUID
    person_id: UUID


async def request_erasure(tx: Tx, wanted: RequestErasure, principal: Principal, vault: Vault) -> ErasureShown:
    """Begin an erasure, or have one confirmed that is asked for another. Raises NotFound, ErasureUnderWay."""
    if not await persons.is_known(tx, wanted.person_id):
        raise NotFound(what="person", id=str(wanted.person_id))
    async with tx.platform():
        territories = tuple(await persons.sirens_of(tx, wanted.person_id))
        erasure = Erasure(
            **wanted.model_dump(),
            siren=tx.territory_id,
            asked_by=principal.person_id,
            state=model.first_state(for_oneself=principal.person_id == wanted.person_id),
            territories=territories,
            asked_at=utc_now(),
        )
        await store.insert(tx, erasure)
    if erasure.state == "checking":
        await _begin(tx, erasure)
    return _shown(erasure, vault)


async def confirm_erasure(tx: Tx, erasure_id: UUID, principal: Principal, vault: Vault) -> ErasureShown:
    """Begin what an administrator asked for. Raises NotFound, ErasureNotAwaiting, OwnErasureRequest."""
    async with tx.platform():
        erasure = await store.erasure(tx, erasure_id, lock=True)
        if erasure is None or erasure.siren != tx.territory_id:
            raise NotFound(what="erasure", id=str(erasure_id))
        model.check_confirms(erasure, principal.person_id)
        await store.confirm(tx, erasure_id, principal.person_id)
    await _begin(tx, erasure)
    async with tx.platform():
        return await _whole(tx, erasure_id, vault)


async def request_for_inactive(tx: Tx, person_ids: Sequence[UUID], inactive_since: date, by: UUID) -> int:
    """Begin the erasures of persons whom this territory alone knows and who have done nothing since a day.

    A published rule asks for them, so nobody confirms them. Of whom an erasure is under way, none is begun.
    """
    now, territories = utc_now(), (tx.territory_id,)
    asked = [
        Erasure(
            new_id(),
            person_id,
            tx.territory_id,
            by,
            "checking",
            territories,
            now,
            inactive_since=inactive_since,
        )
        for person_id in person_ids
    ]
    async with tx.platform():
        kept = await store.insert_many(tx, asked)
        begun = [each for each in asked if each.erasure_id in kept]
        if not begun:
            return 0
        checks = [ErasureCheck(erasure_id=each.erasure_id, answered_at=now, holds=()) for each in begun]
        await store.keep_checks(tx, SERVICE, checks)
        for each in begun:
            told = ErasureRequested(**_told(each), requested_at=now, inactive_since=inactive_since)
            tx.emit(told, territory_id=PLATFORM)
    return len(begun)


async def take_check(tx: Tx, service: str, answer: ErasureCheck) -> None:
    """Keep what holds an erasure up; when all have answered, erase, or say that it is held up."""
    erasure = await store.erasure(tx, answer.erasure_id, lock=True)
    if erasure is None or erasure.state != "checking":
        return
    await store.keep_answer(tx, service, "check", answer)
    answers = await store.answers(tx, erasure.erasure_id, "check")
    if model.missing(erasure, answers):
        return
    if any(answer["holds"] for answer in answers.values()):
        await store.move(tx, erasure.erasure_id, "held", utc_now())
        tx.emit(ErasureHeld(**_told(erasure), held_at=utc_now()))
        return
    await _erase(tx, erasure)


async def take_receipt(tx: Tx, service: str, receipt: ErasureReceipt) -> None:
    """Keep what a service has done; with the last receipt the erasure is done."""
    erasure = await store.erasure(tx, receipt.erasure_id, lock=True)
    if erasure is None or erasure.state != "erasing":
        return
    await store.keep_answer(tx, service, "receipt", receipt)
    if model.missing(erasure, await store.answers(tx, erasure.erasure_id, "receipt")):
        return
    now = utc_now()
    await store.move(tx, erasure.erasure_id, "done", now)
    tx.emit(ErasureCompleted(**_told(erasure), completed_at=now))


async def list_erasures(tx: Tx, asked: Asked, person_id: UUID | None, vault: Vault) -> Page[ErasureShown]:
    """Return the erasures asked for in this territory, or those of one person wherever they asked."""
    here = tx.territory_id if person_id is None else None
    async with tx.platform():
        page = await store.erasures(tx, asked, here, person_id)
        shown = [await _whole(tx, each.erasure_id, vault, own=here is None) for each in page.items]
    return Page(shown, page.last)


async def certificate(tx: Tx, token: str, vault: Vault) -> Certificate | None:
    """Return the certificate that a token opens, None for a token that opens none. Raises ErasureNotDone."""
    erasure_id, _, _ = token.partition(".")
    if len(erasure_id) != 32 or not hmac.compare_digest(token, _token(erasure_id, vault)):  # noqa: PLR2004 - hexadecimal
        return None
    erasure = await store.erasure(tx, UUID(hex=erasure_id))
    if erasure is None:
        return None
    answers = await store.answers(tx, erasure.erasure_id, "receipt")
    if erasure.erased_at is None or erasure.completed_at is None:
        missing = ", ".join(model.missing(erasure, answers)) or "–"
        raise ErasureNotDone(erasure_id=str(erasure.erasure_id), state=erasure.state, missing=missing)
    return Certificate(
        erasure_id=erasure.erasure_id,
        person_id=erasure.person_id,
        asked_at=erasure.asked_at,
        erased_at=erasure.erased_at,
        completed_at=erasure.completed_at,
        receipts=tuple(
            Receipt.model_validate({"service": service, **answer}) for service, answer in answers.items()
        ),
    )


async def _begin(tx: Tx, erasure: Erasure) -> None:
    """Ask every service what holds the erasure up, membership first."""
    now = utc_now()
    holds = await held_up_by(tx, erasure.person_id, erasure.territories, store.RUNNING)
    check = ErasureCheck(erasure_id=erasure.erasure_id, answered_at=now, holds=holds)
    async with tx.platform():
        await store.move(tx, erasure.erasure_id, "checking", now)
        await store.keep_answer(tx, SERVICE, "check", check)
        tx.emit(ErasureRequested(**_told(erasure), requested_at=now), territory_id=PLATFORM)


async def _erase(tx: Tx, erasure: Erasure) -> None:
    """Destroy the key and membership's own traces, on the platform; the others follow on hearing it."""
    now, person_id = utc_now(), erasure.person_id
    gone, kept = await erase(tx, person_id, erasure.territories, store.TRACES)
    receipt = ErasureReceipt(erasure_id=erasure.erasure_id, answered_at=now, gone=gone, kept=kept)
    await store.keep_answer(tx, SERVICE, "receipt", receipt)
    await store.move(tx, erasure.erasure_id, "erasing", now)
    tx.emit(SubjectKeyDestroyed(person_id=person_id, destroyed_at=now))
    tx.emit(PersonErased(**_told(erasure), erased_at=now))


async def _whole(tx: Tx, erasure_id: UUID, vault: Vault, *, own: bool = False) -> ErasureShown:
    """Return an erasure with what is still awaited and what holds it up."""
    erasure = await store.erasure(tx, erasure_id)
    assert erasure is not None  # noqa: S101 - it was found in this transaction
    checks = await store.answers(tx, erasure_id, "check")
    receipts = await store.answers(tx, erasure_id, "receipt")
    answered = checks if erasure.state == "checking" else receipts
    holds = [hold for answer in checks.values() for hold in _holds.validate_python(answer["holds"])]
    shown = _shown(erasure, vault)
    more = {
        "missing": model.missing(erasure, answered),
        "holds": model.seen_from(erasure.siren, holds, own=own),
    }
    return shown.model_copy(update=more)


def _shown(erasure: Erasure, vault: Vault) -> ErasureShown:
    names = ("erasure_id", "person_id", "state", "asked_at", "erased_at", "completed_at", "inactive_since")
    values: dict[str, Any] = {name: getattr(erasure, name) for name in names}
    return ErasureShown(**values, certificate=_token(erasure.erasure_id.hex, vault))


def _told(erasure: Erasure) -> dict[str, Any]:
    names = ("erasure_id", "person_id", "territories")
    return {name: getattr(erasure, name) for name in names}


def _token(erasure_id: str, vault: Vault) -> str:
    """Return the words that open a certificate: kept nowhere, guessed by nobody."""
    return f"{erasure_id}.{vault.digest(_TOKEN, erasure_id)[:16].hex()}"
