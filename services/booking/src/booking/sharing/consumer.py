"""Hears which territories agree to share sessions, and until when."""

from booking.sharing import handlers
from chassis.db import Tx
from chassis.subscriber import Subscriber
from contracts.envelope import Event
from contracts.membership import SHARING_AGREEMENTS, SharingAgreementEnded, SharingAgreementSigned

sharing = Subscriber("booking.sharing", topics=[SHARING_AGREEMENTS])


@sharing.on(SharingAgreementSigned)
async def keep(tx: Tx, event: Event[SharingAgreementSigned]) -> None:
    """Keep an agreement to share sessions."""
    if event.data.kind == handlers.SHARED:
        await handlers.keep(tx, event.data)


@sharing.on(SharingAgreementEnded)
async def end(tx: Tx, event: Event[SharingAgreementEnded]) -> None:
    """End an agreement to share sessions."""
    if event.data.kind == handlers.SHARED:
        await handlers.end(tx, event.data)
