"""Follows the qualifications of territories that others recognise, and agreements to share that end."""

from chassis.db import Tx
from chassis.subscriber import Subscriber
from contracts.envelope import Event
from contracts.membership import (
    QUALIFICATIONS,
    SHARING_AGREEMENTS,
    QualificationAwarded,
    QualificationExpired,
    QualificationLapsed,
    QualificationReinstated,
    QualificationRenewed,
    QualificationRevoked,
    QualificationState,
    SharingAgreementEnded,
)
from membership.recognitions import handlers
from membership.recognitions.model import Award

recognitions = Subscriber("membership.recognitions", topics=[QUALIFICATIONS, SHARING_AGREEMENTS])


async def follow(tx: Tx, event: Event[QualificationState]) -> None:
    """Let others have what became of a qualification that was awarded here."""
    told = event.data
    if told.home_territory_id is not None:
        return  # recognised here by an agreement that does not carry it further
    revoked = isinstance(told, QualificationRevoked)
    award = Award(told.person_id, told.level, told.valid_from, told.valid_until, revoked=revoked)
    await handlers.follow(tx, told.machine_class_id, told.qualification_id, award)


for fact in (
    QualificationAwarded,
    QualificationRenewed,
    QualificationReinstated,
    QualificationExpired,
    QualificationLapsed,
    QualificationRevoked,
):
    recognitions.on(fact)(follow)


@recognitions.on(SharingAgreementEnded)
async def end_shared(tx: Tx, event: Event[SharingAgreementEnded]) -> None:
    """End what was recognised under an agreement to share qualifications."""
    await handlers.end_shared(tx, event.data.agreement_id, event.data.ended_on)
