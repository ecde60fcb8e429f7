"""Until when, and which place: as somebody at the desk would choose."""

from datetime import UTC, datetime

import pytest

from portal.desk.model import WalkIn, choices, closing, ends, fitting, walk_in

NOON = datetime(2026, 4, 2, 10, 7, tzinfo=UTC)  # 12:07 in Paris
PARIS = "Europe/Paris"


def typed(**said: str) -> WalkIn:
    return walk_in({"name": "Aya Bel Haj", **said}, "a-site", "fr")


def places(*hours: str) -> list[dict[str, str]]:
    return [{"kind": "desk", "opening_hours": each} for each in hours]


def hour(instant: datetime | None) -> str:
    return instant.astimezone(UTC).strftime("%H:%M") if instant else ""


def test_it_is_for_as_long_as_the_last_of_its_kind_is_open() -> None:
    assert hour(closing(places("08:00–12:00", "08:00–18:00"), "desk", NOON, PARIS)) == "16:00"
    assert hour(closing(places("08:00–12:00, 14:00–18:00"), "desk", NOON, PARIS)) == "", "it is noon"
    assert hour(closing(places("08:00–18:00"), "room", NOON, PARIS)) == ""
    assert hour(closing(places("08:00–24:00"), "desk", NOON, PARIS)) == "22:00"


@pytest.mark.parametrize(
    ("said", "end"),
    [
        ({"what": "day", "until": "14:00"}, "16:00"),
        ({"what": "desk", "until": "14:00"}, "12:00"),
        ({"what": "desk", "until": "23:00"}, "16:00"),
        ({"what": "desk", "until": "11:00"}, "16:00"),
        ({"what": "desk", "until": "whenever"}, "16:00"),
        ({"what": "room"}, "16:00"),
    ],
)
def test_a_chosen_end_counts_if_it_is_to_come_and_before_closing(said: dict[str, str], end: str) -> None:
    closes = datetime(2026, 4, 2, 16, tzinfo=UTC)
    assert hour(ends(typed(**said), closes, NOON, PARIS)) == end


def test_the_half_hours_left_of_the_day_are_offered() -> None:
    assert choices(NOON, PARIS)[:3] == ["12:30", "13:00", "13:30"]
    assert choices(NOON, PARIS)[-1] == "23:30"
    assert choices(datetime(2026, 4, 2, 10, 27, tzinfo=UTC), PARIS)[0] == "13:00", "three minutes are no stay"


def test_the_smallest_place_that_holds_everybody_is_taken() -> None:
    rooms = [
        {"name": name, "bookable": True, "capacity": capacity}
        for name, capacity in (("Grande", 40), ("Petite", 4), ("Moyenne", 8), ("Sans nombre", None))
    ]
    assert fitting(rooms[:3], 5) == rooms[2]
    assert fitting(rooms, 41) == rooms[3]
    assert fitting(rooms[:3], 41) is None


def test_a_contact_is_a_mail_or_a_number_and_a_name_has_two_parts() -> None:
    assert typed(contact="aya@a.example").person("p")["mail"] == "aya@a.example"
    assert typed(contact="06 12 34 56 78").person("p")["phone"] == "06 12 34 56 78"
    assert typed().person("p")["family_name"] == "Bel Haj"
    assert typed(name="Aya", people="0").flaws() == ["name", "people"]
    assert typed(people="12").flaws() == []
