"""Keeps the copy of qualifications: each fact of one carries its whole state."""

from booking.qualifications import handlers, store
from chassis.db import Tx
from chassis.subscriber import Subscriber
from contracts.envelope import Event
from contracts.membership import (
    MACHINE_CLASSES,
    QUALIFICATIONS,
    MachineClassChanged,
    MachineClassDefined,
    MachineClassState,
    QualificationAwarded,
    QualificationExpired,
    QualificationLapsed,
    QualificationRecognised,
    QualificationReinstated,
    QualificationRenewed,
    QualificationRevoked,
    QualificationState,
)

qualifications = Subscriber("booking.qualifications", topics=[MACHINE_CLASSES, QUALIFICATIONS])


async def keep_class(tx: Tx, event: Event[MachineClassState]) -> None:
    """Keep how a class of machines and its levels are called."""
    await store.keep_class(tx, event.data)


async def keep_qualification(tx: Tx, event: Event[QualificationState]) -> None:
    """Keep on which days a person is qualified."""
    await handlers.keep(tx, event.data)


_CLASSES: tuple[type[MachineClassState], ...] = (MachineClassDefined, MachineClassChanged)
_STATES: tuple[type[QualificationState], ...] = (
    QualificationAwarded,
    QualificationRenewed,
    QualificationRecognised,
    QualificationReinstated,
    QualificationExpired,
    QualificationLapsed,
    QualificationRevoked,
)
for _class in _CLASSES:
    qualifications.on(_class)(keep_class)
for _state in _STATES:
    qualifications.on(_state)(keep_qualification)
