"""Decides when a membership may change its terms, go on after its end, or be taken up again."""

from dataclasses import replace
from datetime import date
from typing import Literal

from chassis.errors import Refused
from membership.agreed import model as agreed_model
from membership.agreed.model import Agreed, Change, Reason
from membership.memberships.model import (
    DayInThePast,
    Membership,
    MembershipOver,
    PlanNotOnSale,
    PlanVersionPassed,
    SitesOutsidePlan,
    check_audience,
    resumed,
    suspended,
)
from membership.plans.model import PlanVersion

When = Literal["next_cycle", "at_once"]


class OtherFamily(Refused):
    """The plan is of the family {asked}, the membership of the family {family}: that is no change of plan."""

    fr = "La formule est de la famille {asked}, l'adhésion de la famille {family} : ce serait une autre."
    cure = (
        "Confirm a membership of that plan beside this one, or end this one.",
        "Confirmez une adhésion à cette formule à côté de celle-ci, ou mettez fin à celle-ci.",
    )


class TermsAlready(Refused):
    """The membership has these terms from {day} on already."""

    fr = "L'adhésion est déjà dans ces termes à partir du {day}."
    cure = ("There is nothing to do.", "Il n'y a rien à faire.")


class SeatsStillGiven(Refused):
    """{given} seats are given to persons: the membership cannot have {asked} from {day} on."""

    fr = "{given} places sont données : l'adhésion ne peut en avoir {asked} à partir du {day}."
    cure = ("Take back seats first, or ask for more.", "Reprenez d'abord des places, ou demandez-en plus.")


class NoTrialUnderWay(Refused):
    """No trial of this membership is under way: there is nothing to confirm."""

    fr = "Aucun essai de cette adhésion n'est en cours : il n'y a rien à confirmer."
    cure = ("Confirm a new membership.", "Confirmez une adhésion nouvelle.")


class NoNoticeGiven(Refused):
    """No notice stands that could be withdrawn."""

    fr = "Aucune résiliation n'est en cours qui puisse être retirée."
    cure = ("There is nothing to do.", "Il n'y a rien à faire.")


class RenewalNotOffered(Refused):
    """A further term can be accepted from {offered_on} on, before {valid_until}."""

    fr = "La reconduction s'accepte à partir du {offered_on}, avant le {valid_until}."
    cure = ("Accept it between these days.", "Acceptez-la entre ces jours.")


class NotRenewable(Refused):
    """The membership has no fixed term that could be followed by another."""

    fr = "L'adhésion n'a pas de durée fixe qu'une autre pourrait suivre."
    cure = ("There is nothing to do.", "Il n'y a rien à faire.")


class NotPaused(Refused):
    """The membership does not rest by its holder's own wish: only the hub resumes it."""

    fr = "L'adhésion n'est pas en pause du fait de son titulaire : seul le lieu peut la reprendre."
    cure = ("Ask the hub.", "Adressez-vous au lieu.")


class MembershipNotOver(Refused):
    """The membership is not over: only one that has ended is taken up again."""

    fr = "L'adhésion n'est pas finie : seule une adhésion finie se reprend."
    cure = (
        "Withdraw the notice instead, if one was given.",
        "Retirez plutôt la résiliation, s'il y en a une.",
    )


def first_day(membership: Membership, when: When, today: date) -> date:
    """Return the first day of a change: today, or that of the next billing period."""
    day = max(today, membership.valid_from)
    if when == "at_once":
        return day
    cadence = membership.terms_on(day).plan.terms.cadence
    return agreed_model.next_cycle(cadence, day, membership.valid_from)


def to_plan(membership: Membership, plan: PlanVersion | None, asked: int | None, day: date) -> PlanVersion:
    """Return the version that a membership may change to on a day.

    Raises PlanNotOnSale, PlanVersionPassed, OtherFamily, SitesOutsidePlan.
    """
    if plan is None:
        raise PlanNotOnSale(day=str(day))
    if asked not in (None, plan.version):
        raise PlanVersionPassed(day=str(day), version=plan.version, asked=asked)
    family, sites = membership.agreed.plan.terms.family, plan.terms.site_ids
    if plan.terms.family != family:
        raise OtherFamily(asked=plan.terms.family, family=family)
    if sites and (not membership.site_ids or not set(membership.site_ids) <= set(sites)):
        raise SitesOutsidePlan(site_ids=", ".join(map(str, membership.site_ids)) or "*")
    return plan


def changed(membership: Membership, new: Agreed, day: date, reason: Reason) -> Membership:
    """Return the membership with other terms from a day on; changes agreed for later no longer hold.

    Raises MembershipOver, TermsAlready, AudienceNotOfPlan and what `check_parties` raises.
    """
    if membership.valid_until is not None and day >= membership.valid_until:
        raise MembershipOver(valid_until=str(membership.valid_until))
    check_audience(new.plan, new.audience)
    agreed_model.check_parties(new, membership.holder, membership.payer)
    if membership.terms_on(day) == new and all(each.changed_from <= day for each in membership.changes):
        raise TermsAlready(day=str(day))
    return replace(membership, changes=agreed_model.with_change(membership.changes, Change(day, new, reason)))


def trial_confirmed(membership: Membership, today: date) -> Membership:
    """Return the membership going on after its trial, charged from then on. Raises NoTrialUnderWay."""
    first = membership.free_until
    if first is None or membership.valid_until != first or today >= first:
        raise NoTrialUnderWay
    until = agreed_model.end_of(membership.terms_on(first).plan.terms, first, None, trial=False)
    return replace(membership, valid_until=until)


def notice_withdrawn(membership: Membership, today: date) -> Membership:
    """Return the membership as if its holder had never given notice. Raises NoNoticeGiven, MembershipOver."""
    if not membership.notice or membership.valid_until is None:
        raise NoNoticeGiven
    if today >= membership.valid_until:
        raise MembershipOver(valid_until=str(membership.valid_until))
    return replace(membership, valid_until=membership.ended_before, notice=False, ended_before=None)


def renewed(membership: Membership, today: date) -> Membership:
    """Return the membership with a further term. Raises NotRenewable, RenewalNotOffered, MembershipOver."""
    until = membership.valid_until
    terms = membership.terms_on(until or today)
    offered_on = terms.offered_on(until) if until and until != membership.free_until else None
    if until is None or offered_on is None or membership.notice:
        raise NotRenewable
    if today >= until:
        raise MembershipOver(valid_until=str(until))
    if today < offered_on:
        raise RenewalNotOffered(offered_on=str(offered_on), valid_until=str(until))
    return replace(
        membership, valid_until=agreed_model.months_after(until, terms.plan.terms.term_months or 0)
    )


def paused(membership: Membership, on: date, today: date) -> Membership:
    """Return the membership resting as its holder wishes; raises what `suspended` raises."""
    return replace(suspended(membership, on, today), paused=True)


def taken_up(membership: Membership, on: date, today: date) -> Membership:
    """Return the membership with its rights again. Raises NotPaused and what `resumed` raises."""
    if not membership.paused:
        raise NotPaused
    return resumed(membership, on, today)


def reactivated(membership: Membership, on: date, today: date) -> Membership:
    """Return a membership that had ended, taken up again from a day on; the days between had no rights.

    Raises MembershipNotOver, DayInThePast.
    """
    ended = membership.valid_until
    if ended is None or today < ended:
        raise MembershipNotOver
    if on < today:
        raise DayInThePast(day=str(on), earliest=str(today))
    until = agreed_model.end_of(membership.terms_on(on).plan.terms, on, None, trial=False)
    back = replace(membership, valid_until=until, notice=False, ended_before=None)
    return replace(back, suspended_from=ended, resumed_from=on) if on > ended else back
