"""Telling everybody booked: each person once, counted before, those without mail named."""

from pathlib import Path
from typing import Any

from booking_builders import Api, Hub, at
from desk_builders import introduce

from chassis.ids import new_id
from contracts.booking import PeopleTold


def words(**changed: Any) -> dict[str, Any]:
    body = {
        "announcement_id": str(new_id()),
        "since": at(8).isoformat(),
        "until": at(18).isoformat(),
        "subject_fr": "Coupure d'eau",
        "text_fr": "L'eau est coupée de 10 h à 11 h.",
    }
    return body | changed


async def test_everybody_booked_is_told_once_and_who_has_no_mail_is_named(
    hub: Hub, api: Api, secrets_dir: Path
) -> None:
    reachable, silent, elsewhen, gone = [await hub.member() for _ in range(4)]
    await introduce(hub, secrets_dir, reachable, "Anaïs", "Hermite", "anais@a.example")
    await introduce(hub, secrets_dir, silent, "Noé", "d'Ici")
    room = await hub.room()
    for person, start in ((reachable, 9), (reachable, 11), (silent, 14), (elsewhen, 18), (gone, 16)):
        booked = await hub.book(room, person, start, start + 1)
    staff, path = api.token("hub-manager"), f"sites/{hub.site_id}/announcements"
    await api.post(f"bookings/{booked.booking_id}/cancel", staff, {})
    stretch = {"since": at(8).isoformat(), "until": at(18).isoformat()}
    before = (await api.get(f"{path}/reach", staff, **stretch)).json()
    assert before == {"people": 2, "without_mail": 1, "names_without_mail": ["Noé d'Ici"]}
    body = words()
    assert (await api.post(path, staff, body)).status_code == 201
    assert (await api.post(path, staff, body)).status_code == 200, "sent twice it is told once"
    (told,) = await hub.facts(PeopleTold)
    assert set(told["person_ids"]) == {str(reachable), str(silent)}
    assert told["text"]["en"] == told["text"]["fr"], "without English all read the French"


async def test_a_time_without_anybody_and_a_time_too_long_are_refused_by_name(hub: Hub, api: Api) -> None:
    staff, path = api.token("hub-manager"), f"sites/{hub.site_id}/announcements"
    nobody = await api.post(path, staff, words())
    assert (nobody.status_code, nobody.json()["code"]) == (409, "nobody-to-tell")
    long = await api.post(path, staff, words(until=at(24 * 40).isoformat()))
    assert (long.status_code, long.json()["code"]) == (422, "stretch-empty")
    member = await api.post(path, api.token("member"), words())
    assert member.status_code == 403
