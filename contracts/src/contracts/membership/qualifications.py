"""Owns the facts about machine classes, who trains for them, and who is qualified to use them until when.

Every fact of a qualification carries its whole state: it holds on the days from `valid_from` until
`valid_until`, so a reader keeps the state of the last fact and needs none before it. A level includes those
below it.
"""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.envelope import Fact, Topic
from contracts.marks import Known, about
from contracts.values import Day, Instant, PersonId, TerritoryId, Value, Wording

MACHINE_CLASSES = Topic("membership.machine-classes.v1", key="machine_class_id")
QUALIFICATIONS = Topic("membership.qualifications.v1", key="qualification_id")
RECOGNITIONS = Topic("membership.recognitions.v1", key="recognition_id")

MachineClassId = Annotated[
    UUID,
    about("A class of machines that one qualification opens.", "0195a1b0-5c00-7000-8000-000000000061"),
]
QualificationId = Annotated[
    UUID,
    about(
        "A person's qualification; a territory that recognises it knows it by an id of its own.",
        "0195a1b0-5c00-7000-8000-000000000062",
    ),
]
RecognitionId = Annotated[
    UUID,
    about("What a territory recognises of another's qualifications.", "0195a1b0-5c00-7000-8000-000000000063"),
]
Level = Annotated[int, Field(ge=1), about("Level, counted from 1; a level includes those below it.", 1)]


class MachineClassState(Fact):
    """What a reader knows of a machine class after any change."""

    machine_class_id: MachineClassId
    name: Annotated[Wording, about("Name of the class.")]
    levels: Annotated[
        tuple[Wording, ...],
        about("Names of its levels, the first is level 1.", [{"fr": "Usage", "en": "Use"}]),
    ]
    valid_months: Annotated[
        int | None,
        Field(ge=1),
        about("Months that a qualification holds; none where it has no end.", 24),
    ] = None
    lapse_months: Annotated[
        int | None,
        Field(ge=1),
        about("Months without use after which a qualification lapses; none where it never does.", 6),
    ] = None


class MachineClassDefined(MachineClassState, topic=MACHINE_CLASSES, data_class="public"):
    """A territory has machines of a class, which need a qualification."""


class MachineClassChanged(MachineClassState, topic=MACHINE_CLASSES, data_class="public"):
    """A machine class changed its names, levels or rules; the event carries its whole new state.

    Qualifications that were awarded before keep their days; a level is never taken away.
    """


class TrainerAppointed(Fact, topic=MACHINE_CLASSES):
    """From a day on a person may award, renew and revoke qualifications of a class."""

    machine_class_id: MachineClassId
    person_id: PersonId
    appointed_from: Annotated[Day, about("First day as a trainer of the class.", "2026-03-01")]


class TrainerDismissed(Fact, topic=MACHINE_CLASSES):
    """From a day on a person is no trainer of a class any more; what they awarded stands."""

    machine_class_id: MachineClassId
    person_id: PersonId
    dismissed_from: Annotated[Day, about("First day no longer a trainer of the class.", "2026-09-01")]


class Evidence(Value):
    """What a qualification rests upon: attendance of a training session, or a test; one of both."""

    session_id: Annotated[
        UUID | None,
        about("The training session attended.", "0195a1b0-5c00-7000-8000-000000000064"),
    ] = None
    test: Annotated[str | None, about("The test passed, in words.", "Pièce d’essai imprimée sans aide")] = (
        None
    )


class QualificationState(Fact):
    """The whole of a qualification as of this event: who may use which machines on which days."""

    qualification_id: QualificationId
    person_id: PersonId
    machine_class_id: MachineClassId
    level: Level
    valid_from: Annotated[Day, about("First day on which it holds.", "2026-03-12")]
    valid_until: Annotated[
        Day | None,
        about("First day on which it no longer holds; none where it has no end.", "2028-03-12"),
    ] = None
    home_territory_id: Annotated[
        TerritoryId | None,
        about("The territory that awarded it, where this one recognises it.", "240200477"),
    ] = None
    recognition_id: RecognitionId | None = None


class QualificationAwarded(QualificationState, topic=QUALIFICATIONS):
    """A trainer of the class found a person able to use its machines."""

    evidence: Annotated[Evidence, about("What it rests upon.", {"test": "Pièce d’essai imprimée sans aide"})]
    awarded_by: Annotated[PersonId, about("The trainer, opaquely.")]
    awarded_at: Annotated[Instant, about("When it was awarded, business time of the territory.")]


class QualificationRenewed(QualificationState, topic=QUALIFICATIONS):
    """A trainer of the class found a person able still; `valid_until` is the new end."""

    evidence: Annotated[Evidence, about("What it rests upon.", {"test": "Pièce d’essai imprimée sans aide"})]
    renewed_by: Annotated[PersonId, about("The trainer, opaquely.")]
    renewed_at: Annotated[Instant, about("When it was renewed, business time of the territory.")]


class QualificationRecognised(QualificationState, topic=QUALIFICATIONS):
    """A territory counts another's qualification as its own, in its own class and level, for these days.

    Told again whenever these days change: the other territory renewed it, or the agreement got another end.
    """

    recognised_at: Annotated[Instant, about("When it was recognised, business time of the territory.")]


class QualificationExpired(QualificationState, topic=QUALIFICATIONS):
    """A qualification came to its end, `valid_until`: that of its term, or of what it is recognised by."""

    expired_at: Annotated[Instant, about("When it expired, business time of the territory.")]


class QualificationLapsed(QualificationState, topic=QUALIFICATIONS):
    """A qualification was not used for as long as its class allows: `valid_until` is the day it lapsed."""

    last_used_on: Annotated[Day, about("The last day of use, or that of the award or renewal.", "2026-03-12")]
    lapsed_at: Annotated[Instant, about("When it lapsed, business time of the territory.")]


class QualificationReinstated(QualificationState, topic=QUALIFICATIONS):
    """A use became known late that shows that a qualification had not lapsed: it holds without a gap."""

    last_used_on: Annotated[Day, about("The last day of use.", "2026-03-12")]
    reinstated_at: Annotated[Instant, about("When this became known, business time of the territory.")]


class QualificationRevoked(QualificationState, topic=QUALIFICATIONS):
    """A qualification was taken back: `valid_until` is the first day without it."""

    reason: Annotated[str, about("Reason given, in words.", "Machine laissée sans surveillance")]
    revoked_at: Annotated[Instant, about("When it was revoked, business time of the territory.")]


class RecognitionAgreed(Fact, topic=RECOGNITIONS, data_class="public"):
    """A territory counts another's qualifications of one class as those of one of its own, for some days."""

    recognition_id: RecognitionId
    home_territory_id: Annotated[TerritoryId, about("The territory that awards them.", "240200477")]
    home_machine_class_id: Annotated[
        UUID,
        about("The class as the awarding territory knows it.", "0195a1b0-5c00-7000-8000-000000000065"),
    ]
    machine_class_id: MachineClassId
    highest_level: Annotated[
        Level, about("The highest level recognised; whoever holds a higher one is taken for this one.", 1)
    ]
    valid_from: Annotated[Day, about("First day of the agreement.", "2026-03-01")]
    valid_until: Annotated[Day | None, about("First day after the agreement.", "2027-03-01")] = None


class RecognitionEnded(Fact, topic=RECOGNITIONS, data_class="public"):
    """The agreement to recognise ended before its time; what was recognised by it ends on the same day."""

    recognition_id: RecognitionId
    ended_on: Annotated[Day, about("First day without it.", "2026-09-01")]
    reason: Annotated[
        str,
        Known("asked", "sharing_ended"),
        about("Why: a territory's wish, or the network shares qualifications no longer.", "asked"),
    ]
