"""Memberships over HTTP: told whole, one at a time for a holder, and ended by those who may."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from membership_builders import code
from people_builders import PLAN, People, opened

from chassis.db import Database
from chassis.ids import new_id
from chassis.testing import new_territory

FUTURE = "2998-01-01"


def a_body(plan_id: UUID, holder: UUID, kind: str = "person", **more: Any) -> dict[str, Any]:
    body = {
        "membership_id": str(new_id()),
        "holder": {f"{kind}_id": str(holder)},
        "plan_id": str(plan_id),
        "audience": "nomad",
        "valid_from": FUTURE,
    }
    return body | more


async def confirm(people: People, plan_id: UUID, holder: UUID, kind: str = "person", **more: Any) -> UUID:
    answer = await people.post("memberships", **a_body(plan_id, holder, kind, **more))
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["membership_id"])


async def test_a_membership_is_told_with_everything_that_a_reader_needs(people: People) -> None:
    site, person_id, plan_id = await people.site(), await people.person(), await people.plan()
    membership_id = await confirm(people, plan_id, person_id, site_ids=[str(site)], valid_until="2999-01-01")
    (told,) = await people.told("MembershipConfirmed", membership_id)
    assert told["holder"] == {"person_id": str(person_id), "organisation_id": None}
    assert told["payer"] == told["holder"]
    assert (told["plan_version"], told["audience"], told["family"]) == (1, "nomad", "coworking")
    assert told["plan_name"] == {"fr": "Nomade", "en": "Nomad"}
    assert told["entitlements"][0]["quantity"] == "10"
    assert (told["site_ids"], told["valid_from"], told["valid_until"]) == ([str(site)], FUTURE, "2999-01-01")
    shown = (await people.get(f"memberships/{membership_id}")).json()
    assert (shown["state"], shown["price_code"]) == ("to-come", "nomad-month")


async def test_a_membership_keeps_the_version_it_was_taken_in(people: People) -> None:
    person_id, plan_id = await people.person(), await people.plan()
    membership_id = await confirm(people, plan_id, person_id)
    terms = PLAN | {"entitlements": [], "name": {"fr": "Autre", "en": "Other"}}
    await people.post(f"plans/{plan_id}/versions", people.as_("territory-administrator"), **terms)
    end = await people.post(f"memberships/{membership_id}/end", ended_on=FUTURE, reason="À la demande")
    assert end.status_code == 200, end.text
    (told,) = await people.told("MembershipEnded", membership_id)
    assert (told["plan_version"], told["plan_name"]["fr"], told["reason"]) == (1, "Nomade", "À la demande")
    passed = await people.post("memberships", **a_body(plan_id, person_id, plan_version=1))
    assert (passed.status_code, code(passed)) == (409, "plan-version-passed")


@pytest.mark.parametrize(
    ("first", "second", "collides"),
    [
        ("all", "all", True),
        ("all", "a", True),
        ("a", "all", True),
        ("a", "a", True),
        ("ab", "b", True),
        ("a", "b", False),
    ],
)
async def test_a_holder_has_one_membership_of_a_family_at_a_site_and_time(
    people: People,
    first: str,
    second: str,
    collides: bool,  # noqa: FBT001 - a case of the table
) -> None:
    sites = {"a": str(await people.site()), "b": str(await people.site())}

    def scope(word: str) -> list[str]:
        return [] if word == "all" else [sites[letter] for letter in word]

    person_id, plan_id = await people.person(), await people.plan()
    kept = await confirm(people, plan_id, person_id, site_ids=scope(first))
    answer = await people.post("memberships", **a_body(plan_id, person_id, site_ids=scope(second)))
    assert answer.status_code == (409 if collides else 201), answer.text
    if collides:
        assert code(answer) == "membership-overlaps"
        assert answer.json()["values"] == {
            "membership_id": str(kept),
            "family": "coworking",
            "since": FUTURE,
            "until": "…",
        }


async def test_times_that_touch_and_other_families_and_holders_do_not_collide(people: People) -> None:
    person_id, plan_id = await people.person(), await people.plan()
    await confirm(people, plan_id, person_id, valid_until="2998-02-01")
    await confirm(people, plan_id, person_id, valid_from="2998-02-01")
    await confirm(people, await people.plan(family="equipment"), person_id)
    await confirm(people, plan_id, await people.person())


async def test_of_rivals_who_confirm_at_once_one_succeeds_and_the_others_learn_which(people: People) -> None:
    person_id, plan_id = await people.person(), await people.plan()
    sites = [str(await people.site()) for _ in range(3)]
    for scopes in ([], sites):
        answers = await asyncio.gather(
            *(
                people.post(
                    "memberships",
                    **a_body(
                        plan_id, person_id, site_ids=scopes[::step], valid_from=f"29{20 + len(scopes)}-01-01"
                    ),
                )
                for step in (1, -1, 1, -1)
            )
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
        kept = next(answer.json()["membership_id"] for answer in answers if answer.status_code == 201)
        assert {a.json()["values"]["membership_id"] for a in answers if a.status_code == 409} == {kept}
        await people.post(f"memberships/{kept}/end", ended_on=f"29{20 + len(scopes)}-01-01", reason="Essai")


async def test_after_an_end_another_membership_takes_its_place(people: People) -> None:
    person_id, plan_id = await people.person(), await people.plan()
    first = await confirm(people, plan_id, person_id)
    end = await people.post(f"memberships/{first}/end", ended_on="2998-03-01", reason="Déménage")
    assert end.json()["valid_until"] == "2998-03-01"
    second = await confirm(people, plan_id, person_id, valid_from="2998-03-01")
    never = await people.post(f"memberships/{second}/cancel")
    assert (never.status_code, never.json()["valid_until"]) == (200, "2998-03-01")
    await confirm(people, plan_id, person_id, valid_from="2998-03-01")


async def test_rest_and_resumption_are_told_with_their_days(people: People) -> None:
    membership_id = await confirm(people, await people.plan(), await people.person())
    url = f"memberships/{membership_id}"
    rest = await people.post(f"{url}/suspend", suspended_from="2998-04-01", reason="L'été")
    assert rest.json()["suspended_from"] == "2998-04-01"
    again = await people.post(f"{url}/suspend", suspended_from="2998-05-01")
    assert (again.status_code, code(again)) == (409, "membership-suspended-already")
    on = await people.post(f"{url}/resume", resumed_from="2998-06-01")
    assert on.status_code == 200, on.text
    (suspended,), (resumed,) = [
        await people.told(kind, membership_id) for kind in ("MembershipSuspended", "MembershipResumed")
    ]
    assert (suspended["suspended_from"], suspended["reason"]) == ("2998-04-01", "L'été")
    assert resumed["resumed_from"] == "2998-06-01"
    assert resumed["entitlements"] == suspended["entitlements"]


async def test_an_organisation_holds_it_for_its_people_who_see_it_as_theirs(people: People) -> None:
    boss, employee, stranger = [await people.person() for _ in range(3)]
    organisation = await people.organisation()
    await people.affiliate(boss, organisation)
    await people.affiliate(employee, organisation, "employee")
    membership_id = await confirm(people, await people.plan(), organisation, "organisation")
    (told,) = await people.told("MembershipConfirmed", membership_id)
    assert told["holder"] == {"person_id": None, "organisation_id": str(organisation)}
    for person_id, seen in ((boss, [str(membership_id)]), (employee, [str(membership_id)]), (stranger, [])):
        items = (await people.get("my-memberships", people.myself(person_id))).json()["items"]
        assert [each["membership_id"] for each in items] == seen


async def test_holders_see_and_cancel_their_own_with_notice_and_nobody_elses(people: People) -> None:
    me, other, plan_id = await people.person(), await people.person(), await people.plan(notice_days=30)
    mine = await confirm(people, plan_id, me, valid_from="2026-01-01")
    theirs = await confirm(people, plan_id, other, valid_from="2026-01-01")
    assert (await people.get(f"memberships/{mine}", people.myself(me))).json()["state"] == "live"
    for each in (theirs, new_id()):
        assert (await people.get(f"memberships/{each}", people.myself(me))).status_code == 404
        assert (await people.post(f"memberships/{each}/cancel", people.myself(me))).status_code == 404
    short = await people.post(f"memberships/{mine}/cancel", people.myself(me), ended_on="2026-01-02")
    assert (short.status_code, code(short)) == (409, "notice-too-short")
    earliest = short.json()["values"]["earliest"]
    answer = await people.post(f"memberships/{mine}/cancel", people.myself(me), ended_on=earliest)
    assert answer.json()["valid_until"] == earliest
    assert (
        await people.post(f"memberships/{mine}/end", people.myself(me), ended_on=earliest, reason="x")
    ).status_code == 403


async def test_the_staff_of_an_operator_act_at_their_site_while_memberships_are_entrusted_to_it(
    people: People,
) -> None:
    site, other_site, operator_id = await people.site(), await people.site(), await people.operator()
    delegation_id = await people.delegate(operator_id, site, "memberships")
    plan_id = await people.plan()
    staff = people.as_("operator-staff", site_id=site, operator_id=operator_id)

    async def confirm_at(*sites: UUID) -> tuple[int, dict[str, Any]]:
        body = a_body(plan_id, await people.person(), site_ids=[str(each) for each in sites])
        answer = await people.post("memberships", staff, **body)
        return answer.status_code, answer.json()

    status, membership = await confirm_at(site)
    assert status == 201
    url = f"memberships/{membership['membership_id']}/suspend"
    for sites in ((), (other_site,), (site, other_site)):
        assert (await confirm_at(*sites))[0] == 403
    await people.end_delegation(delegation_id)
    staff = people.as_("operator-staff", site_id=site, operator_id=operator_id)
    refused = await people.post(url, staff, suspended_from=FUTURE)
    assert (refused.status_code, code(refused)) == (403, "act-not-delegated")
    assert (await confirm_at(site))[1]["code"] == "act-not-delegated"
    assert (await people.post(url, suspended_from=FUTURE)).status_code == 200


async def test_holders_plans_and_sites_of_other_territories_look_like_none(
    people: People, database: Database
) -> None:
    there = people.at(new_territory())
    await opened(database, there.siren)
    person_id, plan_id = await people.person(), await people.plan()
    cases = [
        ("person", a_body(plan_id, await there.person())),
        ("person", a_body(plan_id, new_id())),
        ("organisation", a_body(plan_id, await there.organisation(), "organisation")),
        ("plan", a_body(await there.plan(), person_id)),
        ("plan", a_body(new_id(), person_id)),
        ("site", a_body(plan_id, person_id, site_ids=[str(await there.site()), str(await there.site())])),
    ]
    for what, body in cases:
        answer = await people.post("memberships", **body)
        assert (answer.status_code, code(answer), answer.json()["values"]["what"]) == (404, "not-found", what)
    foreign = await confirm(there, await there.plan(), await there.person())
    for each in (foreign, new_id()):
        answer = await people.post(f"memberships/{each}/suspend", suspended_from=FUTURE)
        assert (answer.status_code, code(answer)) == (404, "not-found")


async def test_the_same_confirmation_sent_twice_is_one_membership(people: People) -> None:
    body, staff = a_body(await people.plan(), await people.person()), people.as_()
    first, again = [await people.post("memberships", staff, **body) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content
    assert len(await people.told("MembershipConfirmed", body["membership_id"])) == 1
    other = await people.post(
        "memberships",
        **a_body(await people.plan(), await people.person()) | {"membership_id": body["membership_id"]},
    )
    assert (other.status_code, code(other)) == (422, "id-reused")


async def test_the_list_begins_with_what_begins_last_and_goes_page_by_page(people: People) -> None:
    plan_id = await people.plan()
    for month in range(1, 6):
        await confirm(people, plan_id, await people.person(), valid_from=f"2998-0{month}-01")
    found: list[str] = []
    url = "memberships?limit=2"
    while url:
        answer = await people.get(url)
        found += [each["valid_from"] for each in answer.json()["items"]]
        url = answer.links.get("next", {}).get("url", "")
    assert found == [f"2998-0{month}-01" for month in (5, 4, 3, 2, 1)]


async def test_events_of_rights_name_nobody(people: People) -> None:
    person_id = await people.person("Inimitable", "Patronyme")
    organisation = await people.organisation("Maison Commune")
    await people.affiliate(person_id, organisation)
    await confirm(people, await people.plan(), person_id)
    rows = await people.admin.fetch(
        "SELECT type, convert_from(data, 'UTF8') AS data FROM event_log WHERE territory_id = $1", people.siren
    )
    assert {row["type"].split(".")[2] for row in rows} >= {"PersonAffiliated", "MembershipConfirmed"}
    assert not [row for row in rows if "Inimitable" in row["data"] or "Patronyme" in row["data"]]
