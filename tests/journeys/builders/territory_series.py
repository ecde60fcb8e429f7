"""Lets a territory's member repeat a booking, and its desk hang a screen at a door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chassis.ids import new_id

if TYPE_CHECKING:
    from territory_story import Story


def repeats(story: Story) -> None:
    """Book three Tuesdays, and make a link that shows when the room is taken."""
    series = {
        "series_id": story.new("series_id"),
        "resource_id": story.ids["resource_id"],
        "person_id": str(story.people["member"].person_id),
        "rule": "FREQ=WEEKLY;BYDAY=TU;COUNT=3",
        "first": "2026-05-05T10:00",
        "minutes": 60,
    }
    story.say("member", "booking", "/series", series)
    room = {"kind": "resource", "resource_id": story.ids["resource_id"], "name": "Porte"}
    link = story.say("desk", "booking", "/calendars", room | {"calendar_id": str(new_id())})
    story.ids["token"] = link["token"]
    story.ids["file"] = f"{link['token']}.ics"
    mine = {"kind": "person", "name": "Mes réservations"}
    for who in ("member", "desk"):
        story.say(who, "booking", "/calendars", mine | {"calendar_id": str(new_id())})
