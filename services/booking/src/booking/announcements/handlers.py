"""Tells everybody who is booked at a site, once; who left no mail address is named to the desk."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from booking.announcements import model, store
from booking.announcements.model import MOST, NobodyToTell, TooManyToTell
from booking.openings.model import aware
from booking.people import store as people
from booking.people.handlers import names
from booking.sites.handlers import known_site
from chassis.db import Tx
from contracts.booking import PeopleTold
from contracts.values import Instant, Wording

Subject = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=150, pattern=r"^\P{C}+$")
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class TellPeople(BaseModel):
    """Tell everybody booked in a stretch of time; without English, all of them read the French."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    announcement_id: UUID
    since: Instant
    until: Instant
    subject_fr: Subject
    text_fr: Text
    subject_en: Subject | None = None
    text_en: Text | None = None


class Reached(BaseModel):
    """How many are meant, and who of them has no mail address: to be told by word of mouth."""

    people: int
    without_mail: int
    names_without_mail: list[str]


async def reach(tx: Tx, site_id: UUID, since: datetime, until: datetime) -> Reached:
    """Say whom an announcement would reach."""
    model.check_stretch(aware(since), aware(until))
    await known_site(tx, site_id)
    return await _reached(tx, await store.booked(tx, site_id, since, until))


async def tell_people(tx: Tx, site_id: UUID, wanted: TellPeople) -> Reached:
    """Tell them. Raises StretchEmpty, NobodyToTell, TooManyToTell, IdReused."""
    model.check_stretch(wanted.since, wanted.until)
    site = await known_site(tx, site_id)
    person_ids = await store.booked(tx, site_id, wanted.since, wanted.until)
    if not person_ids:
        raise NobodyToTell(site=site.name, since=site.wall(wanted.since), until=site.wall(wanted.until))
    if len(person_ids) > MOST:
        raise TooManyToTell(people=len(person_ids), most=MOST)
    stretch = (wanted.since, wanted.until)
    await store.insert(tx, wanted.announcement_id, site_id, stretch, len(person_ids))
    told = PeopleTold(
        announcement_id=wanted.announcement_id,
        site_id=site_id,
        site_name=site.name,
        person_ids=tuple(person_ids),
        subject=Wording(fr=wanted.subject_fr, en=wanted.subject_en or wanted.subject_fr),
        text=Wording(fr=wanted.text_fr, en=wanted.text_en or wanted.text_fr),
        told_at=await tx.now(),
    )
    tx.emit(told, site_id=str(site_id))
    reached = await _reached(tx, person_ids)
    return reached.model_copy(update={"names_without_mail": []})  # an answer that is kept holds no name


async def _reached(tx: Tx, person_ids: list[UUID]) -> Reached:
    missing = await people.without_mail(tx, person_ids)
    known = await names(tx, missing)
    return Reached(
        people=len(person_ids), without_mail=len(missing), names_without_mail=sorted(known.values())
    )
