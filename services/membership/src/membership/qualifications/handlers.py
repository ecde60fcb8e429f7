"""Awards, renews and revokes qualifications, ends them when their time is over, and notes their use."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.db import Tx
from chassis.decisions import Principal
from chassis.errors import NotFound
from chassis.ids import new_id
from chassis.pages import Asked, Page
from chassis.timers import Timer, set_timer, unset_timer
from contracts.membership import (
    QualificationAwarded,
    QualificationExpired,
    QualificationLapsed,
    QualificationRecognised,
    QualificationReinstated,
    QualificationRenewed,
    QualificationRevoked,
)
from contracts.values import Wording
from membership.machine_classes import handlers as classes
from membership.persons import handlers as persons_handlers
from membership.persons import store as persons
from membership.persons.model import PersonShown
from membership.plans import handlers as plans
from membership.qualifications import model, store
from membership.qualifications.model import (
    AwardQualification,
    Known,
    Origin,
    Qualification,
    RenewQualification,
    RevokeQualification,
)
from membership.vault import Vault

END: Final = "qualification-end"  # timer: a term is over, or the time without use
_HUB: Final = frozenset({"hub-manager", "territory-administrator"})  # revoke without being trainers


class QualificationShown(BaseModel):
    """A qualification with the names of its class and level; its holder's name where staff asks."""

    model_config = ConfigDict(frozen=True)

    qualification_id: UUID
    person_id: UUID
    given_name: str | None = None
    family_name: str | None = None
    machine_class_id: UUID
    class_name: Wording
    level: int
    level_name: Wording
    valid_from: date
    valid_until: date | None
    lapses_on: date | None
    state: str
    reason: str | None
    home_territory_id: str | None


async def award(tx: Tx, wanted: AwardQualification, principal: Principal) -> QualificationShown:
    """Award a qualification, as a trainer of the class.

    Raises NotTrainerOfClass, SelfAwarded, LevelUnknown, QualificationHeld; NotFound for an unknown person.
    """
    rules = await classes.required(tx, wanted.machine_class_id)
    await classes.check_trainer(tx, wanted.machine_class_id, principal.person_id)
    if not await persons.is_known(tx, wanted.person_id):
        raise NotFound(what="person", id=str(wanted.person_id))
    today = await plans.today(tx)
    held = await store.of_person(tx, wanted.person_id, wanted.machine_class_id)
    held = [await _settled(tx, each, today) for each in held]
    asked = wanted.model_dump(exclude={"evidence"})
    new = Qualification(
        **asked,
        valid_from=today,
        last_used_on=today,
        term_until=None,
        lapse_months=None,
        evidence=wanted.evidence.told,
    )
    one = model.awarded(new, rules, held, principal.person_id)
    await store.insert(tx, one)
    await _look_again(tx, one)
    by, now = principal.person_id, await tx.now()
    tx.emit(QualificationAwarded(evidence=wanted.evidence.told, awarded_by=by, awarded_at=now, **state(one)))
    return await _one_shown(tx, one)


async def renew(
    tx: Tx, qualification_id: UUID, wanted: RenewQualification, principal: Principal
) -> QualificationShown:
    """Renew a qualification, as a trainer of its class.

    Raises NotTrainerOfClass and what `model.renewed` raises.
    """
    before, today = await store.locked(tx, qualification_id), await plans.today(tx)
    await classes.check_trainer(tx, before.machine_class_id, principal.person_id)
    rules = await classes.required(tx, before.machine_class_id)
    one = model.renewed(model.at(before, today), rules, wanted.evidence.told, principal.person_id, today)
    await _keep(tx, one)
    by, now = principal.person_id, await tx.now()
    tx.emit(QualificationRenewed(evidence=wanted.evidence.told, renewed_by=by, renewed_at=now, **state(one)))
    return await _one_shown(tx, one)


async def revoke(
    tx: Tx, qualification_id: UUID, wanted: RevokeQualification, principal: Principal
) -> QualificationShown:
    """Revoke a qualification, as a trainer of its class or as the hub.

    Raises NotTrainerOfClass, QualificationOver.
    """
    before, today = await store.locked(tx, qualification_id), await plans.today(tx)
    here = {grant.role for grant in principal.grants if grant.territory_id == tx.territory_id}
    if here.isdisjoint(_HUB):
        await classes.check_trainer(tx, before.machine_class_id, principal.person_id)
    one = model.revoked(before, wanted.reason, today)
    await _keep(tx, one)
    tx.emit(QualificationRevoked(reason=wanted.reason, revoked_at=await tx.now(), **state(one)))
    return await _one_shown(tx, one)


async def end(tx: Tx, timer: Timer) -> None:
    """End a qualification on the day its term is over, or the time without use."""
    await _settled(tx, await store.locked(tx, UUID(timer.timer_id)), await plans.today(tx))


async def note_use(tx: Tx, person_id: UUID, machine_class_id: UUID, day: date) -> None:
    """Note that a person used a machine of a class on a day; a lapse that this disproves is undone."""
    today = await plans.today(tx)
    held = await store.of_person(tx, person_id, machine_class_id)
    for before in held:
        used = model.used(before, day, held)
        if used == before:
            continue
        one = model.at(used, today)
        await _keep(tx, one)
        if one.valid_until != before.valid_until and one.ended_how is None:
            now = await tx.now()
            tx.emit(QualificationReinstated(last_used_on=day, reinstated_at=now, **state(one)))
        elif one.valid_until != before.valid_until:
            await _tell_end(tx, one)


async def recognise(tx: Tx, origin: Origin, known: Known) -> None:
    """Keep what another territory says of one of its qualifications, and tell what that changes here."""
    today = await plans.today(tx)
    before = await store.recognised(tx, origin.recognition_id, origin.home_qualification_id)
    new = Qualification(
        qualification_id=new_id(),
        person_id=known.person_id,
        machine_class_id=known.machine_class_id,
        level=known.level,
        valid_from=known.valid_from,
        term_until=known.valid_until,
        lapse_months=None,
        last_used_on=known.valid_from,
        origin=origin,
    )
    one = model.recognised(before, known, new, today)
    if one == before or (before is None and (one.ended_how or one.valid_from == one.term_until)):
        return
    if before is None:
        await store.insert(tx, one)
        await _look_again(tx, one)
    else:
        await _keep(tx, one)
    if one.ended_how is None:
        tx.emit(QualificationRecognised(recognised_at=await tx.now(), **state(one)))
    else:
        await _tell_end(tx, one)


async def shorten(tx: Tx, recognition_id: UUID, day: date) -> None:
    """Let what is recognised by an agreement end with it, on a day."""
    for each in await store.recognised_by(tx, recognition_id):
        if each.origin is not None and (each.valid_until is None or day < each.valid_until):
            known = Known(each.person_id, each.machine_class_id, each.level, each.valid_from, day)
            await recognise(tx, each.origin, known)


async def list_qualifications(
    tx: Tx, asked: Asked, machine_class_id: UUID | None, person_id: UUID | None, vault: Vault
) -> Page[QualificationShown]:
    """Return qualifications with the names of their holders, where the territory knows them."""
    page = await store.qualifications(tx, asked, machine_class_id, person_id)
    known = await persons.known(tx, {one.person_id for one in page.items})
    names = {each.person_id: each for each in await persons_handlers.unsealed(tx, known, vault)}
    return Page(await _shown(tx, page.items, names), page.last)


def state(one: Qualification) -> dict[str, Any]:
    """Return a qualification as events tell it."""
    return {
        "qualification_id": one.qualification_id,
        "person_id": one.person_id,
        "machine_class_id": one.machine_class_id,
        "level": one.level,
        "valid_from": one.valid_from,
        "valid_until": one.valid_until,
        "home_territory_id": one.origin.home_territory_id if one.origin else None,
        "recognition_id": one.origin.recognition_id if one.origin else None,
    }


async def _settled(tx: Tx, before: Qualification, today: date) -> Qualification:
    """Return a qualification as it is today; where it has ended meanwhile, this is kept and told."""
    one = model.at(before, today)
    if one != before:
        await _keep(tx, one)
        await _tell_end(tx, one)
    return one


async def _keep(tx: Tx, one: Qualification) -> None:
    await store.update(tx, one)
    await _look_again(tx, one)


async def _look_again(tx: Tx, one: Qualification) -> None:
    if day := one.looked_at:
        await set_timer(tx, END, one.qualification_id, await plans.midnight(tx, day))
    else:
        await unset_timer(tx, END, one.qualification_id)


async def _tell_end(tx: Tx, one: Qualification) -> None:
    now, told = await tx.now(), state(one)
    if one.ended_how == "lapsed":
        tx.emit(QualificationLapsed(last_used_on=one.last_used_on, lapsed_at=now, **told))
    elif one.ended_how == "revoked":
        tx.emit(QualificationRevoked(reason=one.reason or "", revoked_at=now, **told))
    else:
        tx.emit(QualificationExpired(expired_at=now, **told))


async def _one_shown(tx: Tx, one: Qualification) -> QualificationShown:
    return (await _shown(tx, [one], {}))[0]


async def _shown(
    tx: Tx, held: Sequence[Qualification], names: dict[UUID, PersonShown]
) -> list[QualificationShown]:
    today = await plans.today(tx)
    rules = {each: await classes.required(tx, each) for each in {one.machine_class_id for one in held}}
    shown = []
    for each in held:
        one, of, person = model.at(each, today), rules[each.machine_class_id], names.get(each.person_id)
        shown.append(
            QualificationShown(
                qualification_id=one.qualification_id,
                person_id=one.person_id,
                given_name=person.given_name if person else None,
                family_name=person.family_name if person else None,
                machine_class_id=one.machine_class_id,
                class_name=of.name,
                level=one.level,
                level_name=of.levels[one.level - 1],
                valid_from=one.valid_from,
                valid_until=one.valid_until,
                lapses_on=one.lapses_on if one.ended_how is None else None,
                state=one.ended_how or ("held" if one.holds_on(today) else "coming"),
                reason=one.reason,
                home_territory_id=one.origin.home_territory_id if one.origin else None,
            )
        )
    return shown
