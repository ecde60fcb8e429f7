"""Decides which event gives cause for which message, to whom, and by which channels."""

from dataclasses import dataclass
from typing import Final

from contracts.billing import (
    FibreLineActivated,
    FibreLineAppointmentBooked,
    FibreLineOrdered,
    InvoiceSealed,
)
from contracts.booking import (
    BookingCancelled,
    BookingConfirmed,
    BookingExpired,
    BookingMarkedNoShow,
    BookingRescheduled,
)
from contracts.envelope import Fact
from contracts.membership import (
    MembershipConfirmed,
    MembershipEnded,
    MembershipResumed,
    MembershipSuspended,
)
from notifications.preferences.model import CHANNELS, Channel, Kind

LANGUAGES: Final = ("fr", "en")


@dataclass(frozen=True, slots=True)
class Template:
    """One message: the fact that causes it, the field that names who receives it, its channels."""

    name: str
    fact: type[Fact]
    kind: Kind
    recipient: str
    channels: tuple[Channel, ...] = CHANNELS


TEMPLATES: Final = (
    Template("booking-confirmed", BookingConfirmed, "booking", "person_id"),
    Template("booking-rescheduled", BookingRescheduled, "booking", "person_id"),
    Template("booking-cancelled", BookingCancelled, "booking", "person_id"),
    # the person has let it go: worth a line in the inbox, not a mail
    Template("booking-expired", BookingExpired, "booking", "person_id", ("inbox",)),
    Template("booking-no-show", BookingMarkedNoShow, "booking", "person_id"),
    Template("membership-confirmed", MembershipConfirmed, "membership", "holder"),
    Template("membership-suspended", MembershipSuspended, "membership", "holder"),
    Template("membership-resumed", MembershipResumed, "membership", "holder"),
    Template("membership-ended", MembershipEnded, "membership", "holder"),
    Template("invoice-sealed", InvoiceSealed, "invoice", "customer"),
    Template("fibre-line-ordered", FibreLineOrdered, "fibre-line", "customer"),
    Template("fibre-line-appointment", FibreLineAppointmentBooked, "fibre-line", "customer"),
    Template("fibre-line-activated", FibreLineActivated, "fibre-line", "customer"),
)

BY_NAME: Final = {template.name: template for template in TEMPLATES}
BY_FACT: Final = {template.fact.type: template for template in TEMPLATES}


def language_of(wanted: str) -> str:
    """Return the language in which a message is written: French for whoever reads neither."""
    return wanted if wanted in LANGUAGES else LANGUAGES[0]
