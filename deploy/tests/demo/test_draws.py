"""A seed decides who lives the demo: the same people each time, others for another seed."""

from __future__ import annotations

import pytest

from maillage.demo.cast import cast
from maillage.demo.draws import Draws, mail_part
from maillage.demo.months import Month, at, instant

MARCH = Month.named("2026-03")


def luhn(digits: str) -> int:
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10


@pytest.mark.parametrize("seed", range(20))
def test_forty_persons_and_twelve_companies_of_different_names(seed: int) -> None:
    found = cast(Draws(seed, MARCH))
    assert (len(found.persons), len(found.companies), len(found.members())) == (40, 12, 38)
    everybody = [*found.persons.values(), *found.staff.values()]
    assert len({(who.given_name, who.family_name) for who in everybody}) == len(everybody)
    mails = [who.mail for who in everybody if who.mail]
    assert len(set(mails)) == len(mails) == len(everybody) - 1
    assert all(mail.endswith(".example") and mail.isascii() for mail in mails)
    sirens = [company.siren for company in found.companies.values()]
    assert len(set(sirens)) == 12
    assert all(len(siren) == 9 and luhn(siren) == 0 for siren in sirens)
    assert len({company.name for company in found.companies.values()}) == 12


def test_the_same_seed_and_month_draw_the_same_and_others_do_not() -> None:
    one, same = Draws(7, MARCH), Draws(7, MARCH)
    assert cast(one) == cast(same)
    assert one.id("membership", "nomad-1") == same.id("membership", "nomad-1")
    for other in (Draws(8, MARCH), Draws(7, MARCH.next)):
        assert other.id("membership", "nomad-1") != one.id("membership", "nomad-1")
        assert cast(other).persons != cast(one).persons


def test_a_name_becomes_a_part_of_an_address() -> None:
    assert [mail_part(name) for name in ("d’Arzens", "Éloïse", "Paul-Émile")] == [
        "darzens",
        "eloise",
        "paul-emile",
    ]


def test_instants_follow_the_wall_clock_of_the_hub_through_the_year() -> None:
    assert instant(at(MARCH.day(28), "09:00")) == "2026-03-28T08:00:00Z"
    assert instant(at(MARCH.day(30), "09:00")) == "2026-03-30T07:00:00Z"
    assert (Month.named("2026-12").next, Month.named("2028-02").days) == (Month.named("2027-01"), 29)
