"""Owns the facts about erasing a person, which like persons travel under 000000000, and about purges."""

from typing import Annotated

from contracts.envelope import Fact, Topic
from contracts.erasure import ErasureId
from contracts.marks import about
from contracts.retention import RetentionApplied
from contracts.values import Day, Instant, PersonId, TerritoryId

ERASURES = Topic("membership.erasures.v1", key="erasure_id")
MEMBERSHIP_RETENTION = Topic("membership.retention.v1", key="purge_id")


class ErasureState(Fact):
    """Whose erasure it is, and where there may be traces."""

    erasure_id: ErasureId
    person_id: PersonId
    territories: Annotated[tuple[TerritoryId, ...], about("Territories that know the person.", ["200035715"])]


class ErasureRequested(ErasureState, topic=ERASURES):
    """A person is to be erased: every service says what holds it up."""

    requested_at: Annotated[Instant, about("When it was asked for, or confirmed, real time.")]
    inactive_since: Annotated[
        Day | None,
        about("Asked by a rule of retention: whatever the person did on this day or later holds it up."),
    ] = None


class ErasureHeld(ErasureState, topic=ERASURES):
    """The erasure is held up by what still runs; nothing was erased, and it is to be asked for anew."""

    held_at: Annotated[Instant, about("When that was found, real time.")]


class PersonErased(ErasureState, topic=ERASURES):
    """The person's key is destroyed: every service takes its traces away and says so."""

    erased_at: Annotated[Instant, about("When the key was destroyed, real time.")]


class ErasureCompleted(ErasureState, topic=ERASURES):
    """Every service has answered: the certificate can be printed."""

    completed_at: Annotated[Instant, about("When the last receipt came in, real time.")]


class MembershipRetentionApplied(RetentionApplied, topic=MEMBERSHIP_RETENTION):
    """Membership purged what a rule of retention no longer keeps."""
