"""Builds sessions at a hub, and who registers for them."""

from typing import Any
from uuid import UUID

import orjson
from booking_builders import Hub, at

from booking.registrations.handlers import Register, RegistrationView, register
from booking.resources.handlers import ResourceView
from booking.sessions.handlers import ScheduleSession, SessionView, schedule_session
from chassis.ids import new_id


def seats(number: int, *audiences: str, **more: Any) -> dict[str, Any]:
    """Seats for some audiences, or for everybody."""
    name = {"fr": f"Places {' '.join(audiences) or 'pour tous'}"}
    return {"name": name, "audiences": audiences, "seats": number, **more}


def asked(room: ResourceView, *hours: tuple[float, float], **more: Any) -> dict[str, Any]:
    """What is sent to have a workshop on some hours of Tuesday 6 March 2035, the morning if none is said."""
    return {
        "session_id": str(new_id()),
        "kind": "workshop",
        "title": {"fr": "Découpe laser", "en": "Laser cutting"},
        "resource_id": str(room.resource_id),
        "dates": [
            {"start": at(start).isoformat(), "end": at(end).isoformat()} for start, end in hours or [(8, 11)]
        ],
        "quotas": [seats(8)],
        **more,
    }


async def a_session(hub: Hub, room: ResourceView, *hours: tuple[float, float], **more: Any) -> SessionView:
    command = ScheduleSession.model_validate_json(_json(asked(room, *hours, **more)))
    async with hub.database.tx(hub.territory) as tx:
        return await schedule_session(tx, command, hub.principal(role="hub-manager"))


async def registered(hub: Hub, session: SessionView, person_id: UUID, **more: Any) -> RegistrationView:
    command = Register(registration_id=new_id(), person_id=person_id, **more)
    async with hub.database.tx(hub.territory) as tx:
        return await register(tx, session.session_id, command, hub.principal(person_id))


def _json(values: dict[str, Any]) -> bytes:
    return orjson.dumps(values)
