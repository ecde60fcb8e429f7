"""The HTTP door to one's own preferences."""

from typing import Final

from chassis.decisions import Target
from chassis.http import Act, Body, Door, Response, command, query
from notifications.preferences import handlers
from notifications.preferences.handlers import Preferences, SetPreference


@query("/v1/territories/{siren:str}/preferences/own")
async def show_own_preferences(door: Door) -> Response[Preferences]:
    """Show which messages one takes, by kind and channel, and which cannot be refused."""
    return await door.read(_own(door, "preference:read"), handlers.own_preferences, door.principal.person_id)


@command("/v1/territories/{siren:str}/preferences/own/set")
async def set_own_preference(door: Door, data: Body[SetPreference]) -> Response[Preferences]:
    """Take or refuse one kind of message on one channel."""
    return await door.command(
        _own(door, "preference:set"), handlers.set_preference, door.principal.person_id, data
    )


def _own(door: Door, action: str) -> Act:
    person_id = door.principal.person_id
    return Act(action, "person", person_id, Target(door.territory_id, owner_id=person_id))


ROUTES: Final = [show_own_preferences, set_own_preference]
