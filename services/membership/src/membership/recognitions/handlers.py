"""Agrees to recognise another territory's qualifications, follows what becomes of them there, and ends it.

What crosses is one class of machines, and of each of its qualifications the person's opaque id, the level
and the days.
"""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.db import Tx
from chassis.errors import NotFound
from chassis.pages import Asked, Page
from contracts.membership import RecognitionAgreed, RecognitionEnded
from contracts.values import TerritoryId
from membership.machine_classes import handlers as classes
from membership.machine_classes import store as classes_store
from membership.machine_classes.model import MachineClass
from membership.networks import store as networks
from membership.plans import handlers as plans
from membership.qualifications import handlers as qualifications
from membership.qualifications import store as qualifications_store
from membership.qualifications.model import Origin
from membership.recognitions import model, store
from membership.recognitions.model import Award, Recognition, RecognitionRefused

_SHARED = "qualification"
_ALL = Asked(limit=200)


class AgreeRecognition(BaseModel):
    """Count another territory's qualifications of a class as one's own; without end, as long as shared."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recognition_id: UUID
    home_territory_id: TerritoryId
    home_machine_class_id: UUID
    machine_class_id: UUID
    highest_level: Annotated[int, Field(ge=1)] = 1
    valid_from: date
    valid_until: date | None = None


class EndRecognition(BaseModel):
    """End a recognition before its time; the day is the first one without it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ended_on: date


class PartnerClass(MachineClass):
    """A class of machines of a territory that shares its qualifications with this one."""

    territory_id: str


class PartnerClasses(BaseModel):
    """The classes of all partners."""

    model_config = ConfigDict(frozen=True)

    items: tuple[PartnerClass, ...]


async def agree(tx: Tx, wanted: AgreeRecognition) -> Recognition:
    """Recognise another territory's qualifications; those that hold there hold here at once.

    Raises RecognitionRefused, LevelUnknown, RecognisedAlready, what `check_days` and `covering` raise.
    """
    home_id, host_id = wanted.home_territory_id, tx.territory_id
    if home_id == host_id:
        raise RecognitionRefused
    model.check_days(wanted.valid_from, wanted.valid_until, await plans.today(tx))
    own = await classes.required(tx, wanted.machine_class_id)
    own.checked(wanted.highest_level)
    shared = await networks.agreements_with(tx, _SHARED, home_id)
    agreement, until = model.covering(shared, home_id, wanted.valid_from, wanted.valid_until)
    new = Recognition(
        recognition_id=wanted.recognition_id,
        host_id=host_id,
        host_class_id=wanted.machine_class_id,
        home_id=home_id,
        home_class_id=wanted.home_machine_class_id,
        highest_level=wanted.highest_level,
        valid_from=wanted.valid_from,
        valid_until=until,
    )
    awards = await _awards(tx, new)
    await store.insert(tx, new, agreement.agreement_id)
    told = wanted.model_dump() | {"valid_until": until}
    tx.emit(RecognitionAgreed(**told))
    for home_qualification_id, award in awards:
        await _recognise(tx, new, home_qualification_id, award)
    return new


async def end(tx: Tx, recognition_id: UUID, wanted: EndRecognition) -> Recognition:
    """End a recognition: what was recognised by it ends on the same day. Raises RecognitionOver."""
    one = await store.locked(tx, recognition_id)
    return await _end(tx, one, model.ending(one, wanted.ended_on, await plans.today(tx)), "asked")


async def end_shared(tx: Tx, agreement_id: UUID, ended_on: date) -> None:
    """End what rests upon an agreement to share that ended, in a transaction of the platform."""
    for found in await store.under(tx, agreement_id):
        async with tx.beside(found.host_id):
            one, day = await store.locked(tx, found.recognition_id), max(ended_on, found.valid_from)
            if one.until is None or day < one.until:
                await _end(tx, one, day, "sharing_ended")


async def follow(tx: Tx, home_class_id: UUID, home_qualification_id: UUID, award: Award) -> None:
    """Let every territory that recognises a class have what became of one of its qualifications here."""
    await classes.required(tx, home_class_id, "FOR SHARE")  # a recognition that begins just now is waited for
    for one in await store.of_class(tx, home_class_id):
        async with tx.beside(one.host_id):
            await _recognise(tx, one, home_qualification_id, award)


async def partner_classes(tx: Tx) -> PartnerClasses:
    """Return the classes of the territories that share their qualifications with this one today."""
    found: list[PartnerClass] = []
    for partner in await networks.partners(tx, _SHARED, await plans.today(tx)):
        async with tx.beside(partner):
            page = await classes_store.machine_classes(tx, _ALL)
        found += [PartnerClass(territory_id=partner, **one.model_dump()) for one in page.items]
    return PartnerClasses(items=tuple(found))


async def list_recognitions(tx: Tx, asked: Asked) -> Page[Recognition]:
    """Return what this territory recognises, and what others recognise of it."""
    return await store.recognitions(tx, asked)


async def _awards(tx: Tx, new: Recognition) -> list[tuple[UUID, Award]]:
    """Return what the home territory awarded for the class and still holds; no award goes on beside this."""
    async with tx.beside(new.home_id):
        if await classes_store.machine_class(tx, new.home_class_id, "FOR UPDATE") is None:
            raise NotFound(what="machine class", id=str(new.home_class_id))
        held = await qualifications_store.lasting(tx, new.home_class_id, await plans.today(tx))
    return [
        (each.qualification_id, Award(each.person_id, each.level, each.valid_from, each.valid_until))
        for each in held
    ]


async def _recognise(tx: Tx, one: Recognition, home_qualification_id: UUID, award: Award) -> None:
    origin = Origin(one.recognition_id, one.home_id, home_qualification_id)
    await qualifications.recognise(tx, origin, model.known(one, award))


async def _end(tx: Tx, one: Recognition, day: date, reason: Literal["asked", "sharing_ended"]) -> Recognition:
    await store.end(tx, one.recognition_id, day)
    tx.emit(RecognitionEnded(recognition_id=one.recognition_id, ended_on=day, reason=reason))
    await qualifications.shorten(tx, one.recognition_id, day)
    return one.model_copy(update={"ended_on": day})
