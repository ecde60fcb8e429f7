"""Hears what the others tell, and tells the people concerned."""

from typing import Final

from chassis.subscriber import Subscriber
from contracts.billing import FIBRE_LINES, INVOICES, PASSES
from contracts.booking import (
    ANNOUNCEMENTS,
    BOOKINGS,
    CREDITS,
    DELIVERIES,
    REGISTRATIONS,
    SERIES,
    SESSIONS,
    VISITS,
    WAITLISTS,
)
from contracts.membership import DOCUMENTS, MEMBERSHIPS
from notifications.messages import handlers
from notifications.templates.model import TEMPLATES

messages: Final = Subscriber(
    "notifications.messages",
    topics=[
        BOOKINGS,
        SERIES,
        SESSIONS,
        REGISTRATIONS,
        WAITLISTS,
        VISITS,
        DELIVERIES,
        ANNOUNCEMENTS,
        MEMBERSHIPS,
        DOCUMENTS,
        CREDITS,
        PASSES,
        INVOICES,
        FIBRE_LINES,
    ],
)

for template in TEMPLATES:
    messages.on(template.fact)(handlers.tell)
