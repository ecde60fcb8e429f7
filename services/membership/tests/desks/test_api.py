"""Staff take turns at a shared desk: each by a PIN, each under their own name, and for the desk alone."""

import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
from membership_builders import code
from people_builders import People, a_mail

from chassis.decisions import Grant, Role
from chassis.ids import new_id
from chassis.testing_door import ISSUER
from chassis.tokens import Verifier
from membership.desks.model import TRIES

SECRET = "the-secret-of-a-device-0123456789abcdef"
PIN, OTHER_PIN = "190526", "246813"


@dataclass
class Desk:
    """A shared desk, and who takes turns there."""

    people: People
    site_id: UUID
    device_id: UUID

    async def staff(self, given: str, pin: str, role: Role = "hub-manager", **place: UUID) -> UUID:
        """Let somebody work there, who has set a PIN."""
        person_id = await self.people.person(given=given, mail=a_mail())
        await self.grant(person_id, role, **place)
        answer = await self.set_pin(person_id, pin, role, **place)
        assert answer.status_code == 200, answer.text
        return person_id

    async def grant(self, person_id: UUID, role: str, **place: UUID) -> None:
        body = {"grant_id": str(new_id()), "person_id": str(person_id), "role": role}
        sites = {name: str(value) for name, value in place.items()}
        by = self.people.api.operator() if role == "territory-administrator" else None
        headers = by or self.people.as_("territory-administrator")
        answer = await self.people.post("roles", headers, **body, **sites)
        assert answer.status_code == 201, answer.text

    async def set_pin(self, person_id: UUID, pin: str, role: Role, **place: UUID) -> httpx.Response:
        grant = Grant(self.people.siren, role, **place)
        headers = self.people.api.token(grant, person_id=person_id)
        return await self.people.post("my-pin", headers, pin=pin)

    @property
    def device(self) -> dict[str, str]:
        return {"device_id": str(self.device_id), "device_secret": SECRET}

    async def turn(self, person_id: UUID, pin: str, **device: str) -> httpx.Response:
        asked = self.device | device | {"person_id": str(person_id), "pin": pin}
        return await self.post("desk-sign-ins", **asked)

    async def post(self, path: str, **body: Any) -> httpx.Response:
        return await self.people.api.post(f"/v1/territories/{self.people.siren}/{path}", {}, **body)

    async def refresh(self, signed_in: dict[str, Any]) -> httpx.Response:
        return await self.post("desk-sign-ins/refresh", refresh_token=signed_in["refresh_token"])


@pytest.fixture
async def desk(people: People) -> Desk:
    site_id, device_id = await people.site(), new_id()
    desk = Desk(people, site_id, device_id)
    answer = await people.post(
        "desk-devices",
        device_id=str(device_id),
        site_id=str(site_id),
        name="Accueil",
        secret_sha256=hashlib.sha256(SECRET.encode()).hexdigest(),
    )
    assert answer.status_code == 201, answer.text
    return desk


def bearer(signed_in: dict[str, Any]) -> dict[str, str]:
    token = signed_in["access_token"]
    return {"Authorization": f"Bearer {token}", "Idempotency-Key": str(new_id())}


async def test_two_take_turns_and_each_act_stands_under_its_own_name(desk: Desk) -> None:
    one, two = await desk.staff("Aya", PIN), await desk.staff("Bruno", OTHER_PIN)
    names = (await desk.post("desk-sign-ins/names", **desk.device)).json()["items"]
    assert [each["name"] for each in names] == ["Aya d'Arc", "Bruno d'Arc"]
    walked: list[UUID] = []
    for person_id, pin in ((one, PIN), (two, OTHER_PIN)):
        signed_in = await desk.turn(person_id, pin)
        assert signed_in.status_code == 200, signed_in.text
        walked.append(new_id())
        body = {"person_id": str(walked[-1]), "given_name": "Zoé", "family_name": "d'Ici"}
        made = await desk.people.post("persons", bearer(signed_in.json()), **body)
        assert made.status_code == 201, made.text
    rows = await desk.people.admin.fetch(
        "SELECT object, actor_id FROM audit WHERE territory_id = $1 AND action = 'person:register'",
        desk.people.siren,
    )
    by = {row["object"]: str(row["actor_id"]) for row in rows}
    assert [by[f"person/{each}"] for each in walked] == [str(one), str(two)]


async def test_a_turn_opens_the_desk_of_this_territory_and_nothing_else(desk: Desk) -> None:
    person_id = await desk.staff("Aya", PIN, "territory-administrator")
    signed_in = (await desk.turn(person_id, PIN)).json()
    verifier = Verifier(ISSUER)
    verifier.trust((await desk.people.api.get("/.well-known/jwks.json", {})).json())
    principal = await verifier.principal(signed_in["access_token"])
    assert (principal.person_id, principal.by_pin) == (person_id, True)
    assert {(each.territory_id, each.role) for each in principal.grants} == {
        (desk.people.siren, "hub-manager")
    }
    again = await desk.people.post("my-pin", bearer(signed_in), pin=OTHER_PIN)
    assert (again.status_code, code(again)) == (403, "full-sign-in-needed")
    device = {"device_id": str(new_id()), "site_id": str(desk.site_id), "name": "Deux"}
    more = await desk.people.post("desk-devices", bearer(signed_in), secret_sha256="0" * 64, **device)
    assert (more.status_code, code(more)) == (403, "full-sign-in-needed")


async def test_five_wrong_pins_lock_that_person_alone_and_a_new_pin_unlocks(desk: Desk) -> None:
    one, two = await desk.staff("Aya", PIN), await desk.staff("Bruno", OTHER_PIN)
    for left in range(TRIES - 1, 0, -1):
        wrong = await desk.turn(one, "999991")
        assert (wrong.status_code, code(wrong)) == (401, "pin-wrong")
        assert wrong.json()["values"] == {"tries_left": left}
    last = await desk.turn(one, "999991")
    assert (last.status_code, code(last)) == (429, "pin-locked")
    right = await desk.turn(one, PIN)
    assert (right.status_code, code(right)) == (429, "pin-locked"), "the right one opens nothing either"
    assert (await desk.turn(two, OTHER_PIN)).status_code == 200
    assert (await desk.set_pin(one, "802451", "hub-manager")).status_code == 200
    assert (await desk.turn(one, "802451")).status_code == 200


async def test_a_right_pin_forgets_the_wrong_ones_before(desk: Desk) -> None:
    person_id = await desk.staff("Aya", PIN)
    for _ in range(2):
        for _ in range(TRIES - 1):
            assert code(await desk.turn(person_id, "999991")) == "pin-wrong"
        assert (await desk.turn(person_id, PIN)).status_code == 200


async def test_no_pin_counts_away_from_an_enrolled_device(desk: Desk) -> None:
    person_id = await desk.staff("Aya", PIN)
    for stranger in ({"device_secret": "x" * 40}, {"device_id": str(new_id())}):
        answer = await desk.turn(person_id, PIN, **stranger)
        assert (answer.status_code, code(answer)) == (401, "device-not-enrolled")
    signed_in = (await desk.turn(person_id, PIN)).json()
    revoked = await desk.people.post(f"desk-devices/{desk.device_id}/revoke")
    assert revoked.json()["revoked_at"] is not None
    assert code(await desk.turn(person_id, PIN)) == "device-not-enrolled"
    over = await desk.refresh(signed_in)
    assert (over.status_code, code(over)) == (401, "desk-session-over")


async def test_a_turn_goes_on_while_it_is_used_and_a_token_used_twice_ends_it(desk: Desk) -> None:
    person_id = await desk.staff("Aya", PIN)
    first = (await desk.turn(person_id, PIN)).json()
    second = (await desk.refresh(first)).json()
    assert second["person_id"] == str(person_id)
    assert code(await desk.refresh(first)) == "desk-session-over"
    assert code(await desk.refresh(second)) == "desk-session-over"


async def test_ten_idle_minutes_end_a_turn(desk: Desk) -> None:
    person_id = await desk.staff("Aya", PIN)
    signed_in = (await desk.turn(person_id, PIN)).json()
    await desk.people.admin.execute(
        "UPDATE desk_sessions SET expires_at = expires_at - interval '10 minutes' WHERE person_id = $1",
        person_id,
    )
    assert code(await desk.refresh(signed_in)) == "desk-session-over"


async def test_a_turn_that_is_ended_is_over(desk: Desk) -> None:
    person_id = await desk.staff("Aya", PIN)
    signed_in = (await desk.turn(person_id, PIN)).json()
    ended = await desk.post("desk-sign-ins/end", refresh_token=signed_in["refresh_token"])
    assert ended.status_code == 204
    assert code(await desk.refresh(signed_in)) == "desk-session-over"


async def test_who_works_at_another_site_takes_no_turn_here(desk: Desk) -> None:
    elsewhere = await desk.people.site()
    person_id = await desk.staff("Aya", PIN, site_id=elsewhere)
    assert code(await desk.turn(person_id, PIN)) == "pin-wrong"
    assert (await desk.post("desk-sign-ins/names", **desk.device)).json() == {"items": []}


async def test_a_member_has_no_pin(desk: Desk) -> None:
    person_id = await desk.people.person()
    answer = await desk.set_pin(person_id, PIN, "member")
    assert (answer.status_code, code(answer)) == (403, "forbidden")


async def test_a_pin_is_kept_in_no_readable_form(desk: Desk) -> None:
    person_id = await desk.staff("Aya", PIN)
    await desk.turn(person_id, PIN)
    kept = await desk.people.admin.fetchval(
        "SELECT pin_hash FROM staff_pins WHERE territory_id = $1", desk.people.siren
    )
    assert kept.startswith("$argon2id$")
    answers = await desk.people.admin.fetchval(
        "SELECT count(*) FROM idempotency WHERE actor_id = $1", str(person_id)
    )
    assert answers == 0, "no digest of it stands anywhere: six digits are soon tried"
