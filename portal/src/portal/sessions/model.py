"""Reads what the forms of sessions say, and reckons what their pages show: pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

Json = Mapping[str, Any]
ROWS: Final = 4  # half-days that the form has room for
DECIDED_AT: Final = time(8)  # when on its day a minimum is decided, and kept seats are released
LIVE: Final = ("offered", "registered", "waiting")


def instant(day: str, clock: str, zone: str) -> str:
    """Return an instant of a form; what cannot be read is sent as it is, to be refused with its name."""
    try:
        at = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), ZoneInfo(zone))
    except ValueError:
        return f"{day} {clock}".strip()
    return at.isoformat()


def dates(form: Mapping[str, str], zone: str) -> list[dict[str, str]]:
    """Return the half-days whose day is given."""
    return [
        {
            "start": instant(form[f"day_{row}"], form.get(f"start_{row}", ""), zone),
            "end": instant(form[f"day_{row}"], form.get(f"end_{row}", ""), zone),
        }
        for row in range(ROWS)
        if form.get(f"day_{row}")
    ]


def moves(form: Mapping[str, str], zone: str) -> list[dict[str, Any]]:
    """Return where the half-days of a session go: those that are left as they were stay."""
    found = []
    for number in (name.removeprefix("was_") for name in form if name.startswith("was_")):
        day, start, end = (form.get(f"{name}_{number}", "") for name in ("day", "start", "end"))
        if f"{day} {start} {end}" != form[f"was_{number}"]:
            times = {"start": instant(day, start, zone), "end": instant(day, end, zone)}
            found.append({"position": number, **times})
    return found


def shown(session: Json) -> list[dict[str, Any]]:
    """Return the half-days of a session as the fields of a form have them."""
    return [
        {
            "position": each["position"],
            "day": _local(each["period"]["start"], session["zone"], "%Y-%m-%d"),
            "start": _local(each["period"]["start"], session["zone"], "%H:%M"),
            "end": _local(each["period"]["end"], session["zone"], "%H:%M"),
        }
        for each in session["dates"]
    ]


def _local(text: str, zone: str, form: str) -> str:
    return datetime.fromisoformat(text).astimezone(ZoneInfo(zone)).strftime(form)


def schedule(form: Mapping[str, str], zone: str) -> dict[str, Any]:
    """Return the command that a filled form stands for."""
    body: dict[str, Any] = {
        "session_id": form.get("key", ""),
        "kind": form.get("kind", "workshop"),
        "title": _title(form, "title"),
        "description_fr": form.get("description_fr", ""),
        "description_en": form.get("description_en", ""),
        "resource_id": form.get("room", ""),
        "with_resource_ids": [form["machine"]] if form.get("machine") else [],
        "trainer_id": form.get("trainer") or None,
        "dates": dates(form, zone),
        "quotas": _quotas(form, zone),
        "open_to": form.get("open_to", "everybody"),
        "price_code": form.get("price_code") or None,
    }
    if form.get("minimum") and form.get("decide_day"):
        decide_at = instant(form["decide_day"], DECIDED_AT.isoformat(), zone)
        body |= {"minimum": form["minimum"], "decide_at": decide_at}
    return body


def guests(form: Mapping[str, str]) -> list[str]:
    """Return the guests that are named, one a line."""
    return [name.strip() for name in form.get("guests", "").splitlines() if name.strip()]


def left(session: Json) -> int:
    """Return how many seats of a session are free, whomever they are kept for."""
    return sum(each["seats"] - each["taken"] for each in session["quotas"])


def there(person: Json, position: int, guest: int) -> Json | None:
    """Return what was noted last of somebody on a half-day."""
    found = (each for each in person["presences"] if (each["position"], each["guest"]) == (position, guest))
    return next(found, None)


def signable(registration: Json, now: datetime) -> list[tuple[int, Json]]:
    """Return the half-days that have begun and for which the person has not signed."""
    if registration["state"] != "registered":
        return []
    return [
        (position, period)
        for position, period in enumerate(registration["periods"])
        if datetime.fromisoformat(period["start"]) <= now
        and ((noted := there(registration, position, 0)) is None or noted["signed"] == "none")
    ]


def lines(people: Sequence[Json]) -> list[tuple[Json, int, str | None]]:
    """Return a line for each seat that is registered: the person, then their guests."""
    return [
        (person, guest, name)
        for person in people
        if person["state"] == "registered"
        for guest, name in enumerate((person["person_name"], *person["guest_names"]))
    ]


def choices(resources: Sequence[Json], kind: str) -> list[tuple[str, str]]:
    """Return the resources of a kind, to choose from."""
    return [(each["resource_id"], each["name"]) for each in resources if each["kind"] == kind]


def _title(form: Mapping[str, str], name: str) -> dict[str, str | None]:
    return {"fr": form.get(f"{name}_fr", ""), "en": form.get(f"{name}_en") or None}


def _quotas(form: Mapping[str, str], zone: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if form.get("seats"):
        found.append({"name": {"fr": "Pour tous", "en": "For everybody"}, "seats": form["seats"]})
    if form.get("kept_seats") and form.get("kept_audience"):
        kept: dict[str, Any] = {
            "name": {"fr": form.get("kept_name") or form["kept_audience"]},
            "audiences": [form["kept_audience"]],
            "seats": form["kept_seats"],
        }
        found.append(kept | _release(form.get("kept_until"), zone))
    if form.get("shared_seats") and form.get("shared_with"):
        shared: dict[str, Any] = {
            "name": {"fr": "Pour le réseau", "en": "For the network"},
            "territory_ids": [form["shared_with"]],
            "seats": form["shared_seats"],
        }
        found.append(shared | _release(form.get("shared_until"), zone))
    return found


def _release(day: str | None, zone: str) -> dict[str, str]:
    return {"release_at": instant(day, DECIDED_AT.isoformat(), zone)} if day else {}
