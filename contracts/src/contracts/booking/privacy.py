"""Owns what booking answers when a person is erased, and what it tells of a purge."""

from contracts.envelope import Topic
from contracts.erasure import ErasureCheck, ErasureReceipt
from contracts.retention import RetentionApplied

BOOKING_ERASURES = Topic("booking.erasures.v1", key="erasure_id")
BOOKING_RETENTION = Topic("booking.retention.v1", key="purge_id")


class BookingErasureChecked(ErasureCheck, topic=BOOKING_ERASURES):
    """Booking said whether something here holds the erasure up."""


class BookingTracesErased(ErasureReceipt, topic=BOOKING_ERASURES):
    """Booking took the person's traces away."""


class BookingRetentionApplied(RetentionApplied, topic=BOOKING_RETENTION):
    """Booking purged what a rule of retention no longer keeps."""
