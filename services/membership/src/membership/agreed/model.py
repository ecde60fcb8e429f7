"""Decides what holds of a membership from a day on: plan, audience, partner, seats, proof."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chassis.errors import Refused
from contracts.money import Money
from contracts.values import Party
from membership.plans.model import AudienceProof, PlanVersion, Terms

Reason = Literal["asked", "proof_accepted", "proof_expired", "funding", "seats"]


class ProofAwaited(Refused):
    """The audience {audience} is proven by a document ({kinds}) that staff accepted, and none is there."""

    fr = "Le public {audience} se prouve par un document ({kinds}) accepté par l'équipe : il n'y en a pas."
    cure = (
        "Hand in a document at /documents, have it accepted, and confirm again; or take another audience.",
        "Déposez un document à /documents, faites-le accepter et confirmez de nouveau ; ou un autre public.",
    )


class SeatsOutsidePlan(Refused):
    """The plan has {included} seats and may have {most} at most: {asked} are asked for."""

    status = 422
    fr = "La formule a {included} places et peut en avoir {most} au plus : {asked} sont demandées."
    cure = ("Ask for fewer seats, or another plan.", "Demandez moins de places, ou une autre formule.")


class SeatsNeedCompany(Refused):
    """The plan is for a company, which gives its seats to persons: a person alone does not hold it."""

    status = 422
    fr = "La formule est pour une entreprise, qui donne ses places : une personne seule ne la détient pas."
    cure = ("Name an organisation as holder.", "Nommez une organisation comme titulaire.")


class FundingFromPayer(Refused):
    """The partner that funds the membership is its payer already: there is nothing to share."""

    status = 422
    fr = "Le partenaire qui finance l'adhésion en est déjà le payeur : il n'y a rien à partager."
    cure = ("Name another payer, or no funding.", "Nommez un autre payeur, ou aucun financement.")


class TrialNotOffered(Refused):
    """The plan has no trial: it is charged from its first day on."""

    fr = "La formule n'a pas d'essai : elle est facturée dès son premier jour."
    cure = ("Confirm it without a trial.", "Confirmez-la sans essai.")


class TrialTaken(Refused):
    """This holder has had a trial of the family {family} here already: there is one, ever."""

    fr = "Ce titulaire a déjà eu ici un essai de la famille {family} : il n'y en a qu'un, pour toujours."
    cure = ("Confirm the membership without a trial.", "Confirmez l'adhésion sans essai.")


class PartnerShare(BaseModel):
    """What a partner pays: a percentage of each charge, up to an amount, until a day, under a convention."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    payer: Party
    percent: Annotated[int, Field(ge=1, le=100)] = 100
    most: Money | None = None
    until: date | None = None
    convention: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


@dataclass(frozen=True, slots=True)
class Agreed:
    """The terms of a membership from a day on."""

    plan: PlanVersion
    audience: str
    extra_seats: int = 0
    funding: PartnerShare | None = None

    @property
    def seats(self) -> int | None:
        """How many persons may use it at a time, None where everyone affiliated may."""
        rules = self.plan.terms.seats
        return rules.included + self.extra_seats if rules else None

    def offered_on(self, until: date) -> date | None:
        """Return the day on which a further term is offered, None where the plan has no fixed term."""
        terms = self.plan.terms
        return until - timedelta(days=terms.renewal_days) if terms.term_months else None


@dataclass(frozen=True, slots=True)
class Change:
    """Terms that hold from a day on, and why they do."""

    changed_from: date
    agreed: Agreed
    reason: Reason


def on(first: Agreed, changes: Iterable[Change], day: date) -> Agreed:
    """Return the terms that hold on a day."""
    begun = [each for each in changes if each.changed_from <= day]
    return max(begun, key=lambda each: each.changed_from).agreed if begun else first


def with_change(changes: Iterable[Change], change: Change) -> tuple[Change, ...]:
    """Return the changes with one more: those of its day and later no longer hold."""
    kept = (each for each in changes if each.changed_from < change.changed_from)
    return (*sorted(kept, key=lambda each: each.changed_from), change)


def check_parties(agreed: Agreed, holder: Party, payer: Party) -> None:
    """Refuse terms that do not fit who holds and pays.

    Raises SeatsOutsidePlan, SeatsNeedCompany, FundingFromPayer.
    """
    rules = agreed.plan.terms.seats
    included, most = (rules.included, rules.most) if rules else (0, 0)
    if agreed.extra_seats and included + agreed.extra_seats > most:
        raise SeatsOutsidePlan(included=included, most=most, asked=included + agreed.extra_seats)
    if rules and holder.organisation_id is None:
        raise SeatsNeedCompany
    if agreed.funding and agreed.funding.payer == payer:
        raise FundingFromPayer


def proven_until(rule: AudienceProof | None, accepted_until: date | None, start: date) -> date | None:
    """Return the first day on which an audience is not proven for terms that begin on a day.

    That is the end of the document accepted, else of the days of grace; None where no proof is asked for.
    Raises ProofAwaited.
    """
    if rule is None:
        return None
    if accepted_until is not None and accepted_until > start:
        return accepted_until
    if rule.grace_days is None:
        raise ProofAwaited(audience=rule.audience, kinds=", ".join(rule.kinds))
    return start + timedelta(days=rule.grace_days)


def end_of(terms: Terms, first: date, asked: date | None, *, trial: bool) -> date | None:
    """Return the first day after a membership: of trial or term, or as asked. Raises TrialNotOffered."""
    if trial:
        if not terms.trial_days:
            raise TrialNotOffered
        return first + timedelta(days=terms.trial_days)
    if asked is None and terms.cadence == "day":
        return first + timedelta(days=1)
    if asked is None and terms.term_months:
        return months_after(first, terms.term_months)
    return asked


def months_after(day: date, months: int) -> date:
    """Return the same day some months later; the last of the month where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


def next_cycle(cadence: str, day: date, first: date) -> date:
    """Return the first day of the billing period after a day's: by day, civil month or own year."""
    match cadence:
        case "day":
            return day + timedelta(days=1)
        case "year":
            years = 12 * (day.year - first.year)
            return next(end for end in (months_after(first, years + 12 * n) for n in range(3)) if end > day)
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)
