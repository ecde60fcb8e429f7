"""On which days a qualification holds, beside a count day by day."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import new_id
from contracts.membership import Evidence
from membership.agreed.model import months_after
from membership.qualifications import model
from membership.qualifications.model import Known, Origin, Qualification

FIRST = date(2026, 1, 31)
days = st.integers(0, 500).map(lambda n: FIRST + timedelta(days=n))


def a_qualification(term_months: int | None, lapse_months: int | None) -> Qualification:
    return Qualification(
        qualification_id=new_id(),
        person_id=new_id(),
        machine_class_id=new_id(),
        level=1,
        valid_from=FIRST,
        term_until=months_after(FIRST, term_months) if term_months else None,
        lapse_months=lapse_months,
        last_used_on=FIRST,
        evidence=Evidence(test="Pièce d’essai"),
    )


def counted(
    uses: set[date], term_months: int | None, lapse_months: int | None, today: date
) -> tuple[date | None, str | None]:
    """When and how it ends by a day, one day after another."""
    last, day = FIRST, FIRST
    while day <= today:
        if term_months and day >= months_after(FIRST, term_months):
            return day, "expired"
        if lapse_months and day >= months_after(last, lapse_months):
            return day, "lapsed"
        if day in uses:
            last = day
        day += timedelta(days=1)
    return None, None


@given(
    st.sets(days, max_size=12), days, st.none() | st.integers(1, 14), st.none() | st.integers(1, 7), st.data()
)
def test_it_ends_as_counted_day_by_day_however_late_uses_are_told(
    uses: set[date], today: date, term: int | None, lapse: int | None, data: st.DataObject
) -> None:
    past = sorted(each for each in uses if each <= today)
    late = data.draw(st.sets(st.sampled_from(past))) if past else set()
    one, told = a_qualification(term, lapse), []
    for day in past:  # some facts come on their day, with the timers that fire before
        one = model.at(one, day)
        if day in late:
            told.append(day)
        else:
            one = model.used(one, day, [one])
    one = model.at(one, today)
    for day in told:  # the others come at the end, in order
        one = model.at(model.used(one, day, [one]), today)
    if not late:
        assert (one.ended_on, one.ended_how) == counted(uses, term, lapse, today)
    else:
        # a use told late never makes it end sooner than if it had never been told
        without = counted(uses - late, term, lapse, today)[0]
        assert one.ended_on is None or (without is not None and one.ended_on >= without)


@given(days, days, st.none() | days, days)
def test_what_is_recognised_holds_exactly_where_it_holds_at_home(
    today: date, valid_from: date, valid_until: date | None, looked_at: date
) -> None:
    known = Known(new_id(), new_id(), 1, valid_from, valid_until)
    new = replace(a_qualification(None, None), evidence=None, origin=Origin(new_id(), "240200477", new_id()))
    one = model.recognised(None, known, new, today)
    there = valid_from <= looked_at and (valid_until is None or looked_at < valid_until)
    assert one.holds_on(looked_at) == there
    assert model.recognised(one, known, new, today) == one


def test_what_was_revoked_stays_revoked_whatever_the_other_territory_says() -> None:
    known = Known(new_id(), new_id(), 1, FIRST, None)
    new = replace(a_qualification(None, None), evidence=None, origin=Origin(new_id(), "240200477", new_id()))
    one = model.revoked(model.recognised(None, known, new, FIRST), "Ici non", FIRST)
    assert model.recognised(one, replace(known, level=2), new, FIRST) == one
