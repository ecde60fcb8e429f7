"""Opens partners' accounts, signs and ends their agreements, issues, rotates and revokes their keys."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.clock import utc_now
from chassis.db import Tx
from chassis.errors import NotFound
from chassis.pages import Asked, Page
from contracts.notifications import PartnerAgreementEnded, PartnerAgreementSigned, PartnerOpened
from notifications.partners import model, store
from notifications.partners.model import (
    LONGEST_OVERLAP,
    Agreement,
    AgreementShown,
    KeyNotLive,
    KeyShown,
    PartnerFile,
    PartnerShown,
)
from notifications.territories import store as territories

_HINT = 4  # characters

Words = Annotated[str, Field(min_length=1, max_length=300)]
Names = Annotated[tuple[Annotated[str, Field(max_length=200)], ...], Field(max_length=200)]


class OpenPartner(BaseModel):
    """Open an account for a partner; its contact, if named, sees it and renews its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    partner_id: UUID
    name: Words
    contact_person_id: UUID | None = None


class SignPartnerAgreement(BaseModel):
    """Let a partner read types of events, or all types of topics, for a purpose and a time.

    Events that happened before `valid_from` stay closed; so a renewal names the first day of the agreement
    that it follows, and nothing is missed in between.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    agreement_id: UUID
    event_types: Names = ()
    topics: Names = ()
    pseudonyms: bool = False
    purpose: Words
    valid_from: date
    valid_until: date | None = None


class EndPartnerAgreement(BaseModel):
    """End an agreement: `ended_on` is the first day without it, today if it is left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ended_on: date | None = None
    reason: Words | None = None


class IssuePartnerKey(BaseModel):
    """Issue a key; one that it replaces goes on for some hours, so that machines can change over."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key_id: UUID
    replaces: UUID | None = None
    overlap_hours: Annotated[int, Field(ge=0, le=LONGEST_OVERLAP)] = 24


class KeyIssued(KeyShown):
    """A key that was issued; `key` stands in the first answer alone and is kept nowhere."""

    key: str | None = None


async def open_partner(tx: Tx, wanted: OpenPartner) -> PartnerShown:
    """Open the account; it reads nothing before an agreement and a key."""
    partner = PartnerShown(**wanted.model_dump(), opened_at=await tx.now())
    await store.insert(tx, partner)
    tx.emit(PartnerOpened(partner_id=partner.partner_id, name=partner.name, opened_at=partner.opened_at))
    return partner


async def sign_agreement(tx: Tx, partner_id: UUID, wanted: SignPartnerAgreement) -> AgreementShown:
    """Sign an agreement. Raises EventTypeNotOffered, NothingToRead, AgreementWithoutDays."""
    event_types = model.types_of(wanted.event_types, wanted.topics)
    model.check_days(wanted.valid_from, wanted.valid_until)
    zone, now = await territories.zone(tx), await tx.now()
    agreement = Agreement(
        wanted.agreement_id,
        partner_id,
        event_types,
        wanted.pseudonyms,
        wanted.purpose,
        wanted.valid_from,
        wanted.valid_until,
        model.begins(wanted.valid_from, zone),
        model.begins(wanted.valid_until, zone) if wanted.valid_until else None,
    )
    await store.insert_agreement(tx, agreement, now)
    tx.emit(
        PartnerAgreementSigned(
            partner_id=partner_id,
            agreement_id=agreement.agreement_id,
            event_types=event_types,
            purpose=agreement.purpose,
            valid_from=agreement.valid_from,
            valid_until=agreement.valid_until,
            signed_at=now,
        )
    )
    return _agreement_shown(agreement)


async def end_agreement(
    tx: Tx, partner_id: UUID, agreement_id: UUID, wanted: EndPartnerAgreement
) -> AgreementShown:
    """End an agreement; streams that are open under it end too. Raises EndInThePast, AgreementOver."""
    agreement = await store.locked_agreement(tx, partner_id, agreement_id)
    if agreement is None:
        raise NotFound(what="agreement", id=str(agreement_id))
    zone = await territories.zone(tx)
    today = (await tx.now()).astimezone(zone).date()
    ended_on = wanted.ended_on or today
    model.check_end(agreement, ended_on, today)
    await store.end_agreement(tx, agreement_id, ended_on, model.begins(ended_on, zone), wanted.reason)
    tx.emit(
        PartnerAgreementEnded(
            partner_id=partner_id, agreement_id=agreement_id, ended_on=ended_on, reason=wanted.reason
        )
    )
    return _agreement_shown(agreement).model_copy(
        update={"valid_until": ended_on, "end_reason": wanted.reason}
    )


async def issue_key(tx: Tx, partner_id: UUID, wanted: IssuePartnerKey, key: str) -> KeyIssued:
    """Keep the digest of a key, and let the one it replaces expire. Raises KeyNotLive."""
    shown = KeyShown(
        key_id=wanted.key_id, hint=key[-_HINT:], issued_at=utc_now(), expires_at=None, revoked_at=None
    )
    await store.insert_key(tx, partner_id, shown, model.digest(key))
    if wanted.replaces is not None:
        overlap = timedelta(hours=wanted.overlap_hours)
        if not await store.expire_key(tx, partner_id, wanted.replaces, overlap):
            raise KeyNotLive(key_id=str(wanted.replaces))
    return KeyIssued(**shown.model_dump())


async def revoke_key(tx: Tx, partner_id: UUID, key_id: UUID) -> KeyShown:
    """Revoke a key at once; a second time changes nothing."""
    revoked = await store.revoke_key(tx, partner_id, key_id)
    if revoked is None:
        raise NotFound(what="key", id=str(key_id))
    return revoked


async def partner_file(tx: Tx, partner_id: UUID) -> PartnerFile | None:
    """Return a partner with its agreements and keys."""
    partner = await store.partner(tx, partner_id)
    if partner is None:
        return None
    return PartnerFile(
        **partner.model_dump(),
        agreements=await store.agreements_shown(tx, partner_id),
        keys=await store.keys(tx, partner_id),
    )


async def own_partner(tx: Tx, person_id: UUID) -> PartnerFile | None:
    """Return the partner that a person looks after."""
    partner_id = await store.partner_of_contact(tx, person_id)
    return await partner_file(tx, partner_id) if partner_id else None


async def list_partners(tx: Tx, asked: Asked) -> Page[PartnerShown]:
    """Return the partners of the territory, by name."""
    return await store.partners(tx, asked)


def _agreement_shown(agreement: Agreement) -> AgreementShown:
    return AgreementShown(
        agreement_id=agreement.agreement_id,
        event_types=agreement.event_types,
        pseudonyms=agreement.pseudonyms,
        purpose=agreement.purpose,
        valid_from=agreement.valid_from,
        valid_until=agreement.valid_until,
        end_reason=None,
    )
