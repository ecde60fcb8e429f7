"""Decides what a plan may offer, how its versions follow one another, and which one can be taken on a day."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from chassis.errors import Refused
from contracts.money import Quantity
from contracts.values import Wording

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class VersionOutOfOrder(Refused):
    """Version {version} can be taken from {valid_from} on: the next one cannot begin before."""

    status = 422
    fr = (
        "La version {version} peut être prise à partir du {valid_from} : la suivante ne peut commencer avant."
    )
    cure = ("Give {valid_from} or a later day.", "Donnez le {valid_from} ou un jour postérieur.")


class FamilyFixed(Refused):
    """The plan belongs to the family {family}: its versions do not change that."""

    status = 422
    fr = "La formule est de la famille {family} : ses versions n'y changent rien."
    cure = ("Publish another plan.", "Publiez une autre formule.")


class PlanRetiredAlready(Refused):
    """The plan is retired as of {retired_on}."""

    fr = "La formule est retirée depuis le {retired_on}."
    cure = ("Publish another plan.", "Publiez une autre formule.")


class RetirementInThePast(Refused):
    """A plan is retired from today ({today}) on at the earliest: memberships may rest on the days before."""

    status = 422
    fr = "Une formule se retire au plus tôt ce jour ({today}) : des adhésions peuvent tenir aux jours passés."
    cure = ("Give {today} or a later day.", "Donnez le {today} ou un jour postérieur.")


class Entitlement(BaseModel):
    """One right of a plan: kinds of resource, how a use is paid, and how much comes with the plan."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    resource_kinds: Annotated[tuple[Code, ...], Field(min_length=1, max_length=20)]
    paid_by: Literal["plan", "credits", "money"]
    quantity: Annotated[Quantity | None, Field(gt=0)] = None
    unit: Literal["hour", "half_day", "day", "booking"] | None = None
    per: Literal["day", "week", "month", "term"] | None = None

    @model_validator(mode="after")
    def _counts_whole(self) -> Self:
        if len({self.quantity is None, self.unit is None, self.per is None}) > 1:
            raise ValueError("quantity, unit and per go together; without all three there is no limit")
        return self


class AudienceProof(BaseModel):
    """How an audience is proven, and what follows where it is not.

    With `grace_days` a membership may begin unproven and has so many days; without, the document comes first.
    Unproven, it goes on as `otherwise`, an audience of the plan; without one its rights rest.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    audience: Code
    kinds: Annotated[tuple[Code, ...], Field(min_length=1, max_length=10)]
    grace_days: Annotated[int | None, Field(ge=1, le=366)] = None
    otherwise: Code | None = None


class SeatRules(BaseModel):
    """Seats of a company's membership: how many come with it, how many it may have, how long one is kept.

    A seat that was given stays with its person for `settled_days` at least.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    included: Annotated[int, Field(ge=1, le=1000)]
    most: Annotated[int, Field(ge=1, le=1000)]
    settled_days: Annotated[int, Field(ge=0, le=366)] = 0

    @model_validator(mode="after")
    def _holds_those_included(self) -> Self:
        if self.most < self.included:
            raise ValueError("a membership may have at least the seats that come with it")
        return self


class Terms(BaseModel):
    """What one version of a plan offers; without sites it holds at every site of the territory."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Wording
    family: Code
    audiences: Annotated[tuple[Code, ...], Field(min_length=1, max_length=20)]
    proof: Wording | None = None
    site_ids: Annotated[tuple[UUID, ...], Field(max_length=100)] = ()
    cadence: Literal["day", "month", "year"]
    price_code: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    entitlements: Annotated[tuple[Entitlement, ...], Field(max_length=50)] = ()
    notice_days: Annotated[int, Field(ge=0, le=366)] = 0
    valid_from: date
    proofs: Annotated[tuple[AudienceProof, ...], Field(max_length=20)] = ()
    trial_days: Annotated[int, Field(ge=0, le=366)] = 0
    term_months: Annotated[int | None, Field(ge=1, le=120)] = None
    renewal_days: Annotated[int, Field(ge=1, le=366)] = 30
    seats: SeatRules | None = None

    @model_validator(mode="after")
    def _proves_its_own_audiences(self) -> Self:
        proven = {each.audience for each in self.proofs}
        if len(proven) < len(self.proofs) or not proven <= set(self.audiences):
            raise ValueError("a proof is for an audience of the plan, each at most once")
        if any(each.otherwise not in {None, *self.audiences} - proven for each in self.proofs):
            raise ValueError("without its proof a membership goes on as an audience that needs none")
        return self

    def proof_of(self, audience: str) -> AudienceProof | None:
        """Return how an audience is proven, None where it need not be."""
        return next((each for each in self.proofs if each.audience == audience), None)


class PlanVersion(BaseModel):
    """A published version of a plan."""

    model_config = ConfigDict(frozen=True)

    plan_id: UUID
    version: int
    terms: Terms
    retired_on: date | None = None

    def can_be_taken(self, day: date) -> bool:
        """Say whether a membership of this version may begin on that day."""
        return self.terms.valid_from <= day and (self.retired_on is None or day < self.retired_on)


def following(versions: Sequence[PlanVersion], terms: Terms) -> int:
    """Return the number of a plan's next version.

    Raises FamilyFixed, VersionOutOfOrder, PlanRetiredAlready.
    """
    if not versions:
        return 1
    last = max(versions, key=lambda each: each.version)
    if last.retired_on is not None:
        raise PlanRetiredAlready(retired_on=str(last.retired_on))
    if last.terms.family != terms.family:
        raise FamilyFixed(family=last.terms.family)
    if terms.valid_from < last.terms.valid_from:
        raise VersionOutOfOrder(version=last.version, valid_from=str(last.terms.valid_from))
    return last.version + 1


def retired(last: PlanVersion, retired_on: date, today: date) -> PlanVersion:
    """Return the plan's last version with the day it cannot be taken any more.

    Raises PlanRetiredAlready, RetirementInThePast.
    """
    if last.retired_on is not None:
        raise PlanRetiredAlready(retired_on=str(last.retired_on))
    if retired_on < today:
        raise RetirementInThePast(today=str(today))
    return last.model_copy(update={"retired_on": retired_on})


def taken_on(versions: Sequence[PlanVersion], day: date) -> PlanVersion | None:
    """Return the version that can be taken on a day: the last one that has begun by then."""
    begun = [each for each in versions if each.can_be_taken(day)]
    return max(begun, key=lambda each: each.version, default=None)
