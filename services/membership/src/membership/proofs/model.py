"""Decides what becomes of a membership whose audience is proven, or no longer is."""

from dataclasses import replace
from datetime import date, timedelta

from membership.agreed import model as agreed_model
from membership.agreed.model import Agreed, Change
from membership.memberships.model import Membership


def proven(membership: Membership, until: date, today: date) -> tuple[Membership, Agreed | None, bool]:
    """Return a membership whose audience is proven until a day.

    Also the terms that it has again from today on, where it had lost its audience, and whether rights that
    rest for want of the proof hold again.
    """
    now = membership.terms_on(max(today, membership.valid_from))
    rests = membership.suspended_from is not None and membership.suspended_from == membership.proof_until
    after = replace(membership, proof_until=until)
    lost = _lost(membership, today)
    back = replace(now, audience=lost) if lost is not None and lost != now.audience else None
    return after, back, rests and membership.resumed_from is None


def unproven(membership: Membership, day: date) -> Agreed | None:
    """Return the terms that a membership has once its proof ended, None where its rights rest."""
    now = membership.terms_on(day)
    rule = now.plan.terms.proof_of(now.audience)
    if rule is None:
        return now
    return replace(now, audience=rule.otherwise) if rule.otherwise else None


def after(membership: Membership, day: date) -> tuple[Change, ...]:
    """Return the changes agreed for days after a day."""
    return tuple(each for each in membership.changes if each.changed_from > day)


def next_to_prove(membership: Membership, day: date) -> date | None:
    """Return the first day after a day on which terms agreed for later need a proof, grace included."""
    for change in after(membership, day):
        rule = change.agreed.plan.terms.proof_of(change.agreed.audience)
        if rule is not None:
            return change.changed_from + timedelta(days=rule.grace_days or 0)
    return None


def unproven_from(day: date, terms: Agreed) -> Change:
    """Return the terms that hold from the day on which a proof ended."""
    return Change(day, terms, "proof_expired")


def proven_from(day: date, terms: Agreed) -> Change:
    """Return the terms that hold again from the day on which an audience is proven."""
    return Change(day, terms, "proof_accepted")


def _lost(membership: Membership, today: date) -> str | None:
    """Return the audience that the membership lost when its proof ended, None where it lost none."""
    begun = [each for each in membership.changes if each.changed_from <= today]
    last = max(begun, key=lambda each: each.changed_from, default=None)
    if last is None or last.reason != "proof_expired":
        return None
    before = tuple(each for each in begun if each is not last)
    return agreed_model.on(membership.agreed, before, today).audience
