"""X1: two territories live on one installation; at no address does one see or touch what is of the other."""

import pytest
from territory_doors import (
    Answer,
    commands_about_known_things,
    items,
    marks_in,
    own_answer,
    read,
    readable,
    said_again,
    unknown,
)
from territory_rows import digests
from territory_story import RULES, Two, ids_in

from chassis.ids import new_id
from contracts.registry import SERVICES

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.slow,
    pytest.mark.timeout(900),
]

PUBLIC = {
    "membership /plans": "what can be taken is for all to see",
    "membership /plans/{plan_id}": "the same",
    "booking /calendars/{file}": "whoever has the link reads it, which is what it is for",
    "booking /calendars/{token}/door": "the same",
    "billing /price-books": "prices are public",
    "billing /price-books/{price_book_id}/versions/{number}": "the same",
    "billing /pass-offers": "the same",
    "booking /payment-order": "in which order one pays is for all to see",
    "membership /machine-classes": "what a machine asks of people is for all to see",
    "membership /machine-classes/{machine_class_id}": "the same",
}
MAY_BE_EMPTY = {
    "billing /charges/conflicts": "nothing in the story contradicts a charge",
    "booking /shared-seats/own": "the neighbour in the story holds no session",
    "booking /shared-sessions": "the same",
    "notifications /notices/unaddressed": "everybody in the story can be reached",
    "membership /retention/{purpose}/due": "nothing in the story is old enough to be purged",
    "membership /retention/purges": "the same",
    "booking /retention/{purpose}/due": "the same",
    "booking /retention/purges": "the same",
}
OF_THE_PERSON = {"membership /my-erasures": "whoever asked to be forgotten asked the whole platform"}
OPAQUE = {"/partners": "the contact is whoever signs in under that id: nothing is looked up, any id is taken"}
ENDLESS = "notifications /events/stream"
DENIED = {401, 403, 404}


def test_every_address_is_read_by_its_own_territory_and_by_no_other(two: Two) -> None:
    for here, there in two.both_ways():
        for route in readable(here.platform, SERVICES):
            if str(route) == ENDLESS:
                continue
            own = own_answer(here, route)
            assert items(own) != [] or str(route) in MAY_BE_EMPTY, f"{route} shows its own territory nothing"
            assert marks_in(own.text, there) == set(), route
            is_public = read(None, there, route, there.ids).is_success
            assert is_public == (str(route) in PUBLIC), route
            for person in () if is_public else here.people.values():
                foreign = read(person, there, route, there.ids)
                if str(route) in OF_THE_PERSON:
                    assert {each["person_id"] for each in items(foreign) or ()} <= {str(person.person_id)}
                else:
                    assert foreign.status_code in DENIED or items(foreign) == [], f"{route}: {foreign.text}"
                assert marks_in(foreign.text, there, but=there.ids.values()) == set(), route


def test_a_thing_of_another_territory_is_as_unknown_as_no_thing_at_all(two: Two) -> None:
    for here, there in two.both_ways():
        for route in readable(here.platform, SERVICES):
            if not route.names_things:
                continue
            nothing = unknown(there.ids)
            for who, person in here.people.items():
                foreign, missing = (read(person, here, route, ids) for ids in (there.ids, nothing))
                assert Answer.of(foreign, there.ids.values()) == Answer.of(missing, nothing.values()), who
                assert foreign.status_code in DENIED or items(foreign) == [], f"{route}: {foreign.text}"


@pytest.mark.parametrize(
    ("service", "path", "name"),
    [
        ("membership", "/memberships?holder_id=", "person_id"),
        ("booking", "/bookings?person_id=", "person_id"),
        ("booking", "/bookings?site_id=", "site_id"),
        ("booking", "/resources?site_id=", "site_id"),
        ("billing", "/charges?source_id=", "booking_id"),
        ("notifications", "/messages?person_id=", "person_id"),
        ("notifications", "/messages?site_id=", "site_id"),
    ],
)
def test_a_list_asked_for_a_thing_of_another_territory_is_as_empty_as_for_none(
    two: Two, service: str, path: str, name: str
) -> None:
    for here, there in two.both_ways():
        assert here.see("administrator", service, path + here.ids[name])["items"] != []
        nothing = str(new_id())
        foreign, missing = (
            here.people["administrator"].send("GET", service, here.base + path + asked)
            for asked in (there.ids[name], nothing)
        )
        assert Answer.of(foreign, [there.ids[name]]) == Answer.of(missing, [nothing])
        assert foreign.status_code in DENIED or items(foreign) == []


def test_no_command_of_another_territory_is_taken_and_nothing_changes_by_it(two: Two) -> None:
    for here, there in two.both_ways():
        before = digests(there.platform, there.place.siren)
        for said in there.said:
            for who in ("administrator", "finance", "desk", "member"):
                answer = here.people[who].send("POST", said.service, there.base + said.path, said.body)
                assert answer.status_code in DENIED, f"{who} {said.path}: {answer.text}"
        assert digests(there.platform, there.place.siren) == before
        there.say(
            "desk", "booking", f"/sites/{there.ids['site_id']}/booking-rules", RULES | {"hold_minutes": 20}
        )
        assert digests(there.platform, there.place.siren) != before, "and yet its own desk is obeyed"


def test_a_command_about_a_thing_of_another_territory_meets_nothing(two: Two) -> None:
    for here, there in two.both_ways():
        before = digests(there.platform, there.place.siren)
        for said, named in commands_about_known_things(there):
            if said.path in OPAQUE:
                continue
            foreign, missing = ({one: one for one in named}, {one: str(new_id()) for one in named})
            for by in (here.people["administrator"], here.people[there.role_of(said.person)]):
                met, unmet = (
                    said_again(by, here.base, said, others | {one: str(new_id()) for one in own})
                    for others, own in ((each, ids_in(said.body) - named) for each in (foreign, missing))
                )
                assert met == unmet, said.path
                assert met.status >= 400, said.path
        assert digests(there.platform, there.place.siren) == before
