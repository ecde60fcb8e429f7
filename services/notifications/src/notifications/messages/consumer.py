"""Hears what the others tell, and tells the people concerned."""

from typing import Final

from chassis.subscriber import Subscriber
from contracts.billing import FIBRE_LINES, INVOICES
from contracts.booking import BOOKINGS
from contracts.membership import MEMBERSHIPS
from notifications.messages import handlers
from notifications.templates.model import TEMPLATES

messages: Final = Subscriber("notifications.messages", topics=[BOOKINGS, MEMBERSHIPS, INVOICES, FIBRE_LINES])

for template in TEMPLATES:
    messages.on(template.fact)(handlers.tell)
