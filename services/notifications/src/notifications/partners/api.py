"""The HTTP door to partners: accounts, agreements and keys."""

from typing import Any, Final
from uuid import UUID

from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Target
from chassis.http import Act, Asked, Body, Door, FromPath, Listed, Response, command, creation, query
from notifications.partners import handlers, store
from notifications.partners.handlers import (
    EndPartnerAgreement,
    IssuePartnerKey,
    KeyIssued,
    OpenPartner,
    SignPartnerAgreement,
)
from notifications.partners.model import AgreementShown, KeyShown, PartnerFile, PartnerShown
from notifications.partners.ports import draw_key

_PARTNERS: Final = "/v1/territories/{siren:str}/partners"
_PARTNER: Final = f"{_PARTNERS}/{{partner_id:uuid}}"
_CREATED: Final = 201


@creation(_PARTNERS)
async def open_partner(door: Door, data: Body[OpenPartner]) -> Response[PartnerShown]:
    """Open an account for a partner."""
    act = Act("partner:open", "partner", data.partner_id)
    return await door.create(act, handlers.open_partner, data)


@query(_PARTNERS)
async def list_partners(door: Door, asked: Asked) -> Response[Listed[PartnerShown]]:
    """List the partners of the territory."""
    act = Act("partner:list", "territory", door.territory_id)
    return await door.page(act, handlers.list_partners, asked)


@query(f"{_PARTNERS}/own")
async def show_own_partner(door: Door) -> Response[PartnerFile]:
    """Show the partner that one looks after."""
    person_id = door.principal.person_id
    act = Act("partner:see", "partner", "own", Target(door.territory_id, owner_id=person_id))
    return await door.read(act, handlers.own_partner, person_id)


@query(_PARTNER)
async def show_partner(door: Door, partner_id: FromPath[UUID]) -> Response[PartnerFile]:
    """Show a partner with its agreements and keys."""
    act = Act("partner:see", "partner", partner_id, store.target)
    return await door.read(act, handlers.partner_file, partner_id)


@creation(f"{_PARTNER}/agreements")
async def sign_agreement(
    door: Door, partner_id: FromPath[UUID], data: Body[SignPartnerAgreement]
) -> Response[AgreementShown]:
    """Let a partner read types of events, for a purpose and a time."""
    act = Act("partner:sign-agreement", "agreement", data.agreement_id)
    return await door.create(act, handlers.sign_agreement, partner_id, data)


@command(f"{_PARTNER}/agreements/{{agreement_id:uuid}}/end")
async def end_agreement(
    door: Door, partner_id: FromPath[UUID], agreement_id: FromPath[UUID], data: Body[EndPartnerAgreement]
) -> Response[AgreementShown]:
    """End an agreement, today or on a later day."""
    act = Act("partner:end-agreement", "agreement", agreement_id)
    return await door.command(act, handlers.end_agreement, partner_id, agreement_id, data)


@creation(f"{_PARTNER}/keys")
async def issue_key(
    door: Door, partner_id: FromPath[UUID], data: Body[IssuePartnerKey]
) -> Response[KeyIssued]:
    """Issue a key, shown in this answer alone: a repetition of the request gives all but the key."""
    key = draw_key()
    act = Act("partner:keys", "key", data.key_id, _account(partner_id))
    answer = await door.create(act, handlers.issue_key, partner_id, data, key)
    return _shown_once(answer, key)


@command(f"{_PARTNER}/keys/{{key_id:uuid}}/revoke")
async def revoke_key(door: Door, partner_id: FromPath[UUID], key_id: FromPath[UUID]) -> Response[KeyShown]:
    """Revoke a key at once: what reads with it is cut off within a second."""
    act = Act("partner:keys", "key", key_id, _account(partner_id))
    return await door.command(act, handlers.revoke_key, partner_id, key_id)


def _account(partner_id: UUID) -> Lookup:
    """Find out whose a key is: its partner's account is."""

    async def look(tx: Tx, _key_id: UUID) -> Target | None:
        return await store.target(tx, partner_id)

    return look


def _shown_once(answer: Response[Any], key: str) -> Response[Any]:
    """Put the key into an answer that tells of its issue, never into one that repeats it."""
    if answer.status_code != _CREATED:
        return answer
    issued = KeyIssued.model_validate_json(answer.content).model_copy(update={"key": key})
    return Response(
        issued.model_dump_json().encode(),
        status_code=_CREATED,
        media_type="application/json",
        headers=answer.headers,
    )


ROUTES: Final = [
    open_partner,
    list_partners,
    show_own_partner,
    show_partner,
    sign_agreement,
    end_agreement,
    issue_key,
    revoke_key,
]
