"""Decides when a membership may begin, rest, go on and end."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from chassis.errors import Refused
from contracts.values import Party
from membership.agreed import model as agreed_model
from membership.agreed.model import Agreed, Change, PartnerShare
from membership.plans.model import PlanVersion

State = Literal["to-come", "live", "suspended", "ended"]


class PlanNotOnSale(Refused):
    """No version of the plan can be taken on {day}."""

    fr = "Aucune version de la formule ne peut être prise le {day}."
    cure = (
        "See the plans of that day at /plans?day={day}.",
        "Voyez les formules de ce jour à /plans?day={day}.",
    )


class PlanVersionPassed(Refused):
    """On {day} version {version} of the plan is taken, not version {asked}."""

    fr = "Le {day}, c'est la version {version} de la formule qui se prend, non la version {asked}."
    cure = (
        "Read version {version} and confirm again.",
        "Lisez la version {version} et confirmez de nouveau.",
    )


class AudienceNotOfPlan(Refused):
    """The plan is not meant for the audience {audience}, but for: {audiences}."""

    fr = "La formule ne s'adresse pas au public {audience}, mais à : {audiences}."
    cure = ("Choose one of these, or another plan.", "Choisissez l'un d'eux, ou une autre formule.")


class SitesOutsidePlan(Refused):
    """The plan does not hold at these sites: {site_ids}."""

    fr = "La formule ne vaut pas pour ces sites : {site_ids}."
    cure = ("Leave them out, or choose another plan.", "Omettez-les, ou choisissez une autre formule.")


class ProofMissing(Refused):
    """This plan is for those who prove their audience, by: {proof}."""

    fr = "Cette formule est pour qui justifie de son public, par : {proof_fr}."
    cure = (
        "See the document and say until when it holds.",
        "Voyez le document et dites jusqu'à quand il vaut.",
    )


class ProofEndsEarlier(Refused):
    """The proof holds until {proof_until}: the membership cannot go on after that."""

    fr = "Le justificatif vaut jusqu'au {proof_until} : l'adhésion ne peut aller au-delà."
    cure = ("End the membership on {proof_until}.", "Faites finir l'adhésion le {proof_until}.")


class MembershipEmpty(Refused):
    """The membership would end on {valid_until}, not after its first day {valid_from}."""

    status = 422
    fr = "L'adhésion finirait le {valid_until}, qui ne suit pas son premier jour, le {valid_from}."
    cure = ("Give an end after the first day.", "Donnez une fin postérieure au premier jour.")


class MembershipOverlaps(Refused):
    """The holder has membership {membership_id} of the family {family} there, from {since} until {until}."""

    fr = "Le titulaire a là l'adhésion {membership_id} de la famille {family}, du {since} au {until}."
    cure = (
        "Begin when that one is over ({until}), end it earlier, or take other sites.",
        "Commencez quand celle-là est finie ({until}), écourtez-la, ou prenez d'autres sites.",
    )


class MembershipOver(Refused):
    """The membership is over as of {valid_until}."""

    fr = "L'adhésion est finie à partir du {valid_until}."
    cure = (
        "Give an earlier day, or confirm a new membership.",
        "Donnez un jour antérieur, ou une adhésion nouvelle.",
    )


class DayInThePast(Refused):
    """{day} is before {earliest}: what was used under the membership is not undone."""

    status = 422
    fr = "Le {day} précède le {earliest} : ce qui s'est fait sous l'adhésion ne se défait pas."
    cure = ("Give {earliest} or a later day.", "Donnez le {earliest} ou un jour postérieur.")


class NoticeTooShort(Refused):
    """The plan asks for {notice_days} days of notice: the membership ends on {earliest} at the earliest."""

    fr = "La formule demande {notice_days} jours de préavis : l'adhésion finit au plus tôt le {earliest}."
    cure = ("Give {earliest} or a later day.", "Donnez le {earliest} ou un jour postérieur.")


class MembershipSuspendedAlready(Refused):
    """The membership rests from {suspended_from} on."""

    fr = "L'adhésion est suspendue à partir du {suspended_from}."
    cure = ("Resume it first.", "Reprenez-la d'abord.")


class MembershipNotSuspended(Refused):
    """The membership is not suspended: there is nothing to resume."""

    fr = "L'adhésion n'est pas suspendue : il n'y a rien à reprendre."
    cure = ("There is nothing to do.", "Il n'y a rien à faire.")


class Proof(BaseModel):
    """A document that was seen: what it is, and until when it proves; the last day is excluded."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    document: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to be a member of."""

    audience: str
    site_ids: tuple[UUID, ...]
    valid_from: date
    valid_until: date | None
    plan_version: int | None
    proof: Proof | None
    extra_seats: int = 0
    funding: PartnerShare | None = None
    trial: bool = False


@dataclass(frozen=True, slots=True)
class Membership:
    """A party's right under a version of a plan, or several in turn; without `valid_until` it renews itself.

    `agreed` is what held first; `notice` and `paused` say that its end, or its rest, is the holder's wish.
    """

    membership_id: UUID
    holder: Party
    payer: Party
    agreed: Agreed
    site_ids: tuple[UUID, ...]
    valid_from: date
    valid_until: date | None
    proof: Proof | None = None
    suspended_from: date | None = None
    resumed_from: date | None = None
    free_until: date | None = None
    proof_until: date | None = None
    paused: bool = False
    notice: bool = False
    ended_before: date | None = None
    changes: tuple[Change, ...] = ()

    def terms_on(self, day: date) -> Agreed:
        """Return what holds on a day."""
        return agreed_model.on(self.agreed, self.changes, day)

    def state(self, day: date) -> State:
        """Return what the membership is on a day."""
        if self.valid_until is not None and day >= self.valid_until:
            return "ended"
        if day < self.valid_from:
            return "to-come"
        rests = self.suspended_from and day >= self.suspended_from
        return "suspended" if rests and (not self.resumed_from or day < self.resumed_from) else "live"

    def earliest_end(self, today: date, *, notice: bool) -> date:
        """Return the first day on which it may end: today or after the notice, never before it began."""
        days = self.terms_on(today).plan.terms.notice_days if notice else 0
        return max(today + timedelta(days=days), self.valid_from)


def confirmed(identity: tuple[UUID, Party, Party], plan: PlanVersion | None, wish: Wish) -> Membership:
    """Return a membership, id, holder and payer given, of the version that can be taken on its first day.

    A plan by the day ends after one day if nothing else is said. Raises PlanNotOnSale, PlanVersionPassed,
    AudienceNotOfPlan, SitesOutsidePlan, ProofMissing, ProofEndsEarlier, MembershipEmpty, TrialNotOffered and
    what `check_parties` raises.
    """
    if plan is None:
        raise PlanNotOnSale(day=str(wish.valid_from))
    if wish.plan_version not in (None, plan.version):
        raise PlanVersionPassed(day=str(wish.valid_from), version=plan.version, asked=wish.plan_version)
    check_audience(plan, wish.audience)
    if plan.terms.proof is not None and wish.proof is None:
        raise ProofMissing(proof=plan.terms.proof.en, proof_fr=plan.terms.proof.fr)
    valid_until = agreed_model.end_of(plan.terms, wish.valid_from, wish.valid_until, trial=wish.trial)
    if valid_until is not None and valid_until <= wish.valid_from:
        raise MembershipEmpty(valid_from=str(wish.valid_from), valid_until=str(valid_until))
    _check_proof(wish.proof, valid_until)
    membership_id, holder, payer = identity
    agreed = Agreed(plan, wish.audience, wish.extra_seats, wish.funding)
    agreed_model.check_parties(agreed, holder, payer)
    return Membership(
        membership_id=membership_id,
        holder=holder,
        payer=payer,
        agreed=agreed,
        site_ids=sites_within(plan, wish.site_ids),
        valid_from=wish.valid_from,
        valid_until=valid_until,
        proof=wish.proof,
        free_until=valid_until if wish.trial else None,
    )


def suspended(membership: Membership, on: date, today: date) -> Membership:
    """Return the membership resting from a day on.

    Raises DayInThePast, MembershipOver, MembershipSuspendedAlready.
    """
    _check_day(membership, on, max(today, membership.valid_from))
    before, resumed_from = membership.suspended_from, membership.resumed_from
    if before is not None and (resumed_from is None or on < resumed_from):
        raise MembershipSuspendedAlready(suspended_from=str(before))
    return replace(membership, suspended_from=on, resumed_from=None, paused=False)


def resumed(membership: Membership, on: date, today: date) -> Membership:
    """Return the membership with its rights again from a day on; from the day it rests, it never rested.

    Raises MembershipNotSuspended, DayInThePast, MembershipOver.
    """
    if membership.suspended_from is None or membership.resumed_from is not None:
        raise MembershipNotSuspended
    _check_day(membership, on, max(today, membership.suspended_from))
    return replace(membership, resumed_from=on)


def ended(membership: Membership, on: date, today: date) -> Membership:
    """Return the membership with an end that the territory decides. Raises DayInThePast, MembershipOver."""
    _check_day(membership, on, membership.earliest_end(today, notice=False))
    return replace(membership, valid_until=on, notice=False, ended_before=None)


def cancelled(membership: Membership, on: date | None, today: date) -> Membership:
    """Return the membership with the end its holder asks for; without a day, the earliest one with notice.

    Raises NoticeTooShort, MembershipOver.
    """
    earliest = membership.earliest_end(today, notice=True)
    if on is not None and on < earliest:
        notice_days = membership.terms_on(today).plan.terms.notice_days
        raise NoticeTooShort(notice_days=notice_days, earliest=str(earliest))
    _check_day(membership, on or earliest, earliest)
    return replace(membership, valid_until=on or earliest, notice=True, ended_before=membership.valid_until)


def _check_day(membership: Membership, day: date, earliest: date) -> None:
    if membership.valid_until is not None and day >= membership.valid_until:
        raise MembershipOver(valid_until=str(membership.valid_until))
    if day < earliest:
        raise DayInThePast(day=str(day), earliest=str(earliest))


def check_audience(plan: PlanVersion, audience: str) -> None:
    """Refuse an audience that the plan is not meant for. Raises AudienceNotOfPlan."""
    if audience not in plan.terms.audiences:
        raise AudienceNotOfPlan(audience=audience, audiences=", ".join(plan.terms.audiences))


def _check_proof(proof: Proof | None, valid_until: date | None) -> None:
    if proof is None or proof.valid_until is None:
        return
    if valid_until is None or valid_until > proof.valid_until:
        raise ProofEndsEarlier(proof_until=str(proof.valid_until))


def sites_within(plan: PlanVersion, asked: Collection[UUID]) -> tuple[UUID, ...]:
    """Return the sites of a membership: those asked for, else those of the plan."""
    allowed = plan.terms.site_ids
    if allowed and (outside := sorted(str(each) for each in set(asked) - set(allowed))):
        raise SitesOutsidePlan(site_ids=", ".join(outside))
    return tuple(sorted(set(asked or allowed)))
