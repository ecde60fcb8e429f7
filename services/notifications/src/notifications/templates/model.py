"""Decides which event gives cause for which message, to whom, and by which channels."""

from dataclasses import dataclass
from typing import Final

from contracts.billing import (
    FibreLineActivated,
    FibreLineAppointmentBooked,
    FibreLineOrdered,
    InvoiceSealed,
    PassSold,
)
from contracts.booking import (
    AttendeeQueued,
    AttendeeRegistered,
    BookingCancelled,
    BookingConfirmed,
    BookingExpired,
    BookingMarkedNoShow,
    BookingRejected,
    BookingRequested,
    BookingRescheduled,
    CreditLotExpiring,
    CreditsSpent,
    DeliveryReceived,
    OccurrenceFreed,
    PeopleTold,
    RegistrationCancelled,
    SeatOffered,
    SeatOfferExpired,
    SeriesEnded,
    SeriesStarted,
    SessionRescheduled,
    VisitorArrived,
    WaitlistEnded,
    WaitlistJoined,
    WaitlistOfferExpired,
    WaitlistOfferMade,
)
from contracts.envelope import Fact
from contracts.membership import (
    DocumentAccepted,
    DocumentExpiring,
    DocumentRefused,
    MembershipConfirmed,
    MembershipEnded,
    MembershipPlanChanged,
    MembershipRenewalOffered,
    MembershipRenewed,
    MembershipResumed,
    MembershipSuspended,
)
from notifications.preferences.model import CHANNELS, Channel, Kind

LANGUAGES: Final = ("fr", "en")


@dataclass(frozen=True, slots=True)
class Template:
    """One message: the fact that causes it, the field that names who receives it, its channels.

    The field holds a person, a party, or many persons.
    """

    name: str
    fact: type[Fact]
    kind: Kind
    recipient: str
    channels: tuple[Channel, ...] = CHANNELS


TEMPLATES: Final = (
    Template("booking-confirmed", BookingConfirmed, "booking", "person_id"),
    Template("booking-requested", BookingRequested, "booking", "person_id"),
    Template("booking-rejected", BookingRejected, "booking", "person_id"),
    Template("booking-rescheduled", BookingRescheduled, "booking", "person_id"),
    Template("booking-cancelled", BookingCancelled, "booking", "person_id"),
    # the person has let it go: worth a line in the inbox, not a mail
    Template("booking-expired", BookingExpired, "booking", "person_id", ("inbox",)),
    Template("booking-no-show", BookingMarkedNoShow, "booking", "person_id"),
    Template("waitlist-joined", WaitlistJoined, "booking", "person_id", ("inbox",)),
    Template("waitlist-offer", WaitlistOfferMade, "booking", "person_id"),
    Template("waitlist-passed-on", WaitlistOfferExpired, "booking", "person_id"),
    Template("waitlist-ended", WaitlistEnded, "booking", "person_id"),
    Template("series-started", SeriesStarted, "booking", "person_id"),
    Template("series-ended", SeriesEnded, "booking", "person_id"),
    Template("occurrence-freed", OccurrenceFreed, "booking", "person_id"),
    Template("session-registered", AttendeeRegistered, "booking", "person_id"),
    Template("session-queued", AttendeeQueued, "booking", "person_id", ("inbox",)),
    Template("session-seat-offer", SeatOffered, "booking", "person_id"),
    Template("session-seat-passed-on", SeatOfferExpired, "booking", "person_id"),
    Template("session-cancelled", RegistrationCancelled, "booking", "person_id"),
    Template("session-moved", SessionRescheduled, "booking", "person_ids"),
    Template("visitor-arrived", VisitorArrived, "visit", "host_id"),
    Template("delivery-received", DeliveryReceived, "delivery", "addressee"),
    Template("people-told", PeopleTold, "announcement", "person_ids"),
    Template("membership-confirmed", MembershipConfirmed, "membership", "holder"),
    Template("membership-suspended", MembershipSuspended, "membership", "holder"),
    Template("membership-resumed", MembershipResumed, "membership", "holder"),
    Template("membership-ended", MembershipEnded, "membership", "holder"),
    Template("membership-plan-changed", MembershipPlanChanged, "membership", "holder"),
    Template("membership-renewal-offered", MembershipRenewalOffered, "membership", "holder"),
    Template("membership-renewed", MembershipRenewed, "membership", "holder"),
    Template("document-accepted", DocumentAccepted, "membership", "person_id"),
    Template("document-refused", DocumentRefused, "membership", "person_id"),
    Template("document-expiring", DocumentExpiring, "membership", "person_id"),
    Template("invoice-sealed", InvoiceSealed, "invoice", "customer"),
    Template("pass-sold", PassSold, "invoice", "holder"),
    Template("pass-nearly-spent", CreditsSpent, "booking", "holder"),
    Template("pass-expiring", CreditLotExpiring, "booking", "holder"),
    Template("fibre-line-ordered", FibreLineOrdered, "fibre-line", "customer"),
    Template("fibre-line-appointment", FibreLineAppointmentBooked, "fibre-line", "customer"),
    Template("fibre-line-activated", FibreLineActivated, "fibre-line", "customer"),
)

BY_NAME: Final = {template.name: template for template in TEMPLATES}
BY_FACT: Final = {template.fact.type: template for template in TEMPLATES}


def is_told(fact: Fact) -> bool:
    """Say whether a fact is told by itself.

    A series tells of its dates at once, an import of nothing, a pass as it runs out.
    """
    untold = getattr(fact, "told_by_series", False) or getattr(fact, "by_import", False)
    return not untold and bool(getattr(fact, "nearly_spent", True))


def language_of(wanted: str) -> str:
    """Return the language in which a message is written: French for whoever reads neither."""
    return wanted if wanted in LANGUAGES else LANGUAGES[0]
