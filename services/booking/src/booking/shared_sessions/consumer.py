"""Hears what becomes of this service's own sessions and registrations, and tells it beside."""

from booking.shared_sessions import handlers
from chassis.db import Tx
from chassis.subscriber import Subscriber
from contracts.booking import (
    REGISTRATIONS,
    SESSIONS,
    RegistrationCancelled,
    SessionCancelled,
    SessionRescheduled,
    SessionScheduled,
)
from contracts.envelope import Event

shared_sessions = Subscriber("booking.shared_sessions", topics=[SESSIONS, REGISTRATIONS])


@shared_sessions.on(SessionScheduled)
async def keep_scheduled(tx: Tx, event: Event[SessionScheduled]) -> None:
    """Show a session to those for whom seats are kept."""
    await handlers.keep(tx, event.data)


@shared_sessions.on(SessionRescheduled)
async def keep_rescheduled(tx: Tx, event: Event[SessionRescheduled]) -> None:
    """Show the dates as they are now."""
    await handlers.keep(tx, event.data)


@shared_sessions.on(SessionCancelled)
async def call_off(tx: Tx, event: Event[SessionCancelled]) -> None:
    """Show that a session is not held."""
    await handlers.call_off(tx, event.data)


@shared_sessions.on(RegistrationCancelled)
async def follow(tx: Tx, event: Event[RegistrationCancelled]) -> None:
    """Show who comes from elsewhere that their seat ended."""
    await handlers.follow(tx, event.data)
