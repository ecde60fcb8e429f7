"""Partners over HTTP: accounts, agreements, keys shown once."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from notifications_builders import Api, code, told

from chassis.ids import new_id
from chassis.outbox import Connection
from chassis.testing import new_territory

AGREEMENT: Mapping[str, Any] = {
    "topics": ["booking.bookings.v1"],
    "purpose": "Statistiques d'occupation",
    "valid_from": "2026-01-01",
}


async def opened(api: Api, territory: str, **body: Any) -> str:
    partner_id = str(new_id())
    body = {"partner_id": partner_id, "name": "CCI de l'Aude", **body}
    answer = await api.post(f"/v1/territories/{territory}/partners", api.administrator(territory), **body)
    assert answer.status_code == 201, answer.text
    return f"/v1/territories/{territory}/partners/{partner_id}"


async def signed(api: Api, territory: str, partner: str, **changes: Any) -> httpx.Response:
    body = {"agreement_id": str(new_id()), **AGREEMENT, **changes}
    return await api.post(f"{partner}/agreements", api.administrator(territory), **body)


async def test_a_partner_is_opened_signed_and_shown(api: Api, admin: Connection, territory: str) -> None:
    partner = await opened(api, territory)
    agreement = await signed(api, territory, partner, valid_until="2099-01-01", pseudonyms=True)
    assert agreement.status_code == 201, agreement.text
    [shown] = (await api.get(partner, api.administrator(territory))).json()["agreements"]
    assert shown == agreement.json()
    assert shown["pseudonyms"] is True
    assert "maillage.booking.BookingConfirmed.v1" in shown["event_types"]
    [account] = await told(admin, territory, "PartnerOpened")
    assert account["name"] == "CCI de l'Aude"
    [event] = await told(admin, territory, "PartnerAgreementSigned")
    assert (event["purpose"], event["valid_until"]) == ("Statistiques d'occupation", "2099-01-01")
    [listed] = (await api.get(f"/v1/territories/{territory}/partners", api.administrator(territory))).json()[
        "items"
    ]
    assert listed["name"] == "CCI de l'Aude"


async def test_an_agreement_ends_once_and_tells_it(api: Api, admin: Connection, territory: str) -> None:
    partner = await opened(api, territory)
    agreement_id = (await signed(api, territory, partner)).json()["agreement_id"]
    url = f"{partner}/agreements/{agreement_id}/end"
    past = await api.post(url, api.administrator(territory), ended_on="2026-01-02")
    assert (past.status_code, code(past)) == (422, "end-in-the-past")
    ended = await api.post(url, api.administrator(territory), reason="Fin de la convention")
    assert ended.status_code == 200, ended.text
    [event] = await told(admin, territory, "PartnerAgreementEnded")
    assert (event["ended_on"], event["reason"]) == (ended.json()["valid_until"], "Fin de la convention")
    again = await api.post(url, api.administrator(territory))
    assert (again.status_code, code(again)) == (409, "agreement-over")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"topics": ["membership.persons.v1"]}, "event-type-not-offered"),
        ({"topics": []}, "nothing-to-read"),
        ({"valid_until": "2026-01-01"}, "agreement-without-days"),
        ({"purpose": ""}, "invalid"),
    ],
)
async def test_an_agreement_that_cannot_be_is_refused_by_name(
    api: Api, territory: str, changes: dict[str, Any], refusal: str
) -> None:
    answer = await signed(api, territory, await opened(api, territory), **changes)
    assert (answer.status_code, code(answer)) == (422, refusal)


async def test_a_key_is_shown_once_and_only_its_digest_stays(
    api: Api, admin: Connection, territory: str
) -> None:
    partner = await opened(api, territory)
    body, headers = {"key_id": str(new_id())}, api.administrator(territory)
    first = await api.post(f"{partner}/keys", headers, **body)
    again = await api.post(f"{partner}/keys", headers, **body)
    assert (first.status_code, again.status_code) == (201, 200)
    key = first.json()["key"]
    assert key.startswith("mlg_")
    assert again.json() == first.json() | {"key": None}
    assert first.json()["hint"] == key[-4:]
    for table in ("partner_keys", "idempotency", "event_log", "audit"):
        rows = await admin.fetch(f"SELECT t::text AS row FROM {table} t WHERE territory_id = $1", territory)
        assert rows, table
        assert not [row for row in rows if key in row["row"] or key.encode().hex() in row["row"]], table
    [shown] = (await api.get(partner, api.administrator(territory))).json()["keys"]
    assert "key" not in shown


async def test_a_key_that_is_replaced_goes_on_for_its_overlap(api: Api, territory: str) -> None:
    partner, keys = await opened(api, territory), [str(new_id()), str(new_id()), str(new_id())]
    await api.post(f"{partner}/keys", api.administrator(territory), key_id=keys[0])
    rotated = await api.post(
        f"{partner}/keys", api.administrator(territory), key_id=keys[1], replaces=keys[0], overlap_hours=0
    )
    assert rotated.status_code == 201, rotated.text
    late = await api.post(f"{partner}/keys", api.administrator(territory), key_id=keys[2], replaces=keys[0])
    assert (late.status_code, code(late)) == (409, "key-not-live")
    shown = (await api.get(partner, api.administrator(territory))).json()["keys"]
    assert [(key["key_id"], key["expires_at"] is None) for key in shown] == [
        (keys[0], False),
        (keys[1], True),
    ]


async def test_the_contact_of_a_partner_sees_its_account_and_renews_its_keys_alone(
    api: Api, territory: str
) -> None:
    person_id = new_id()
    partner, other = (
        await opened(api, territory, contact_person_id=str(person_id)),
        await opened(api, territory),
    )

    def contact() -> dict[str, str]:
        return api.token(territory, "partner", person_id)

    own = await api.get(f"/v1/territories/{territory}/partners/own", contact())
    assert partner.endswith(own.json()["partner_id"])
    key_id = str(new_id())
    assert (await api.post(f"{partner}/keys", contact(), key_id=key_id)).status_code == 201
    revoked = await api.post(f"{partner}/keys/{key_id}/revoke", contact())
    assert revoked.json()["revoked_at"] is not None
    for url in (other, f"/v1/territories/{territory}/partners/{new_id()}"):
        answer = await api.get(url, contact())
        assert (answer.status_code, code(answer)) == (404, "not-found")
        refused = await api.post(f"{url}/keys", contact(), key_id=str(new_id()))
        assert (refused.status_code, code(refused)) == (404, "not-found")
    sign = await api.post(f"{partner}/agreements", contact(), agreement_id=str(new_id()), **AGREEMENT)
    assert sign.status_code == 403
    nobody = await api.get(f"/v1/territories/{territory}/partners/own", api.token(territory, "partner"))
    assert (nobody.status_code, code(nobody)) == (404, "not-found")


async def test_another_territorys_partner_is_as_missing_as_one_that_never_was(
    api: Api, territory: str, other_territory: str
) -> None:
    theirs = (await opened(api, other_territory)).rpartition("/")[2]
    answers = []
    for partner_id in (theirs, str(new_id())):
        url = f"/v1/territories/{territory}/partners/{partner_id}"
        shown = await api.get(url, api.administrator(territory))
        agreement = await signed(api, territory, url)
        key = await api.post(f"{url}/keys", api.administrator(territory), key_id=str(new_id()))
        ended = await api.post(f"{url}/agreements/{new_id()}/end", api.administrator(territory))
        answers.append([(each.status_code, code(each)) for each in (shown, agreement, key, ended)])
    assert answers == [[(404, "not-found")] * 4] * 2
    foreign = await api.get(f"/v1/territories/{other_territory}/partners", api.administrator(territory))
    unknown = await api.get(f"/v1/territories/{new_territory()}/partners", api.administrator(territory))
    assert foreign.status_code == unknown.status_code == 403
    assert foreign.json() | {"trace_id": None} == unknown.json() | {"trace_id": None}


async def test_only_administrators_open_partners(api: Api, territory: str) -> None:
    for role in ("hub-manager", "finance", "member", "partner", "operator-staff"):
        body = {"partner_id": str(new_id()), "name": "x"}
        url = f"/v1/territories/{territory}/partners"
        answer = await api.post(url, api.token(territory, role), **body)
        assert (answer.status_code, code(answer)) == (403, "forbidden")
