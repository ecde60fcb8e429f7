"""Lives a month at the « 302 » through the API, each act by whose act it is, beside the book kept by hand."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from itertools import groupby
from typing import Any

from journey import Json, until
from month_opening import BASE, SIREN, Opened
from month_oracle import DONE, HandKept, Row, Use, at_door, door_list, here, planning
from month_tables import PARIS, PEOPLE, Act
from sandbox_clock import until_it_is

from chassis.ids import new_id

_DOORS = ("canal", "cite")
_PATIENCE = 60


@dataclass(slots=True)
class Month:
    """The hub, its book, and the ids under which the platform keeps what the book names."""

    hub: Opened
    book: HandKept
    bookings: dict[str, str] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)
    answered: Counter[str] = field(default_factory=Counter)
    compared: Counter[str] = field(default_factory=Counter)
    doors: dict[str, str] = field(default_factory=dict)

    def lives(self, acts: list[Act]) -> None:
        """Go from moment to moment; on each day look once at what can be seen of it."""
        for thing in _DOORS:
            link = {"calendar_id": str(new_id()), "kind": "resource", "name": "Porte", "details": True}
            made = self.hub.post(
                "desk", "booking", "/calendars", link | {"resource_id": self.hub.things[thing]}
            )
            self.doors[thing] = made["token"]
        looked: set[date] = set()
        for moment, now in groupby(acts, key=lambda act: act.at):
            self.reaches(moment)
            for act in now:
                self.does(act)
            if moment.hour >= 8 and moment.date() not in looked:
                looked.add(moment.date())
                self.looks(moment.date())

    def reaches(self, moment: datetime) -> None:
        """Move the clock; who did not come is missed, and what they leave is taken by who waits."""
        text = moment.isoformat().replace("+00:00", "Z")
        self.hub.renew()
        self.hub.post("administrator", "membership", "/move-clock", {"to": text})
        until_it_is(self.hub.platform, SIREN, text)
        for missed in self.book.reach(moment):
            until(partial(self._is, "desk", f"/bookings/{self.bookings[missed.name]}", "no_show"), _PATIENCE)
            self.answered["no_show"] += 1
        self._accepts()

    def does(self, act: Act) -> None:
        """Do it on both sides and compare the answers."""
        if act.verb == "close":
            self._closes(act)
            return
        expected = self.book.does(act)
        if expected is None:
            return
        found = self._sent(act)
        assert found == expected, f"{act}: {found}, by hand {expected}"
        self.answered[f"{act.verb}: {found}"] += 1
        self._accepts()

    def looks(self, day: date) -> None:
        """Compare the day's planning and lists, who is here, and what the screens at the doors show."""
        self.compares(day)
        present = self.hub.get("desk", "booking", f"/sites/{self.hub.site_id}/presence")["present"]
        found = sorted((each["person_name"], each["where"]) for each in present)
        assert found == here(self.book), day
        self.compared["present"] += len(found)
        for thing, token in self.doors.items():
            shown = self.hub.get("desk", "booking", f"/calendars/{token}/door")
            who = tuple(shown[each] and shown[each]["person_name"] for each in ("current", "following"))
            assert who == at_door(self.book, thing), (day, thing)
            self.compared["at a door"] += sum(each is not None for each in who)

    def compares(self, day: date) -> None:
        """Compare the planning of a day and the list of everybody expected on it."""
        path = f"/sites/{self.hub.site_id}/planning/named?day={day}"
        shown = self.hub.get("desk", "booking", path)["resources"]
        found = {each["name"]: sorted(_row("", row) for row in each["taken"]) for each in shown}
        expected = planning(self.book, day)
        assert found == expected, day
        self.compared["planned"] += sum(map(len, expected.values()))
        span = f"since={day}T00:00:00Z&until={day}T23:00:00Z&limit=200"
        listed = self.hub.get("desk", "booking", f"/bookings?site_id={self.hub.site_id}&{span}")["items"]
        rows = sorted(_row(each["resource_name"], each | each["period"]) for each in listed)
        assert rows == door_list(self.book, day), day
        self.compared["expected"] += len(rows)

    def _sent(self, act: Act) -> str:
        """Send an act under the token of whose act it is; return done, or the code of the refusal."""
        by = act.by if PEOPLE[act.by].member else "desk"
        path, body = self._command(act)
        response = self.hub.people[by].send("POST", "booking", f"{BASE}{path}", body)
        if not response.is_success:
            return str(response.json()["code"])
        if act.verb == "book":
            self.bookings[act.name] = body["booking_id"]
        elif act.verb == "wait":
            self.entries[act.name] = body["entry_id"]
        elif act.verb == "series":
            self._knows_dates(act, f"/series/{body['series_id']}/occurrences")
        return DONE

    def _command(self, act: Act) -> tuple[str, Json]:
        verbs = {"cancel": "cancel", "check in": "check-in", "check out": "check-out"}
        if act.verb in verbs:
            return f"/bookings/{self.bookings[act.name]}/{verbs[act.verb]}", {}
        wish: Json = {"resource_id": self.hub.things[act.thing], "person_id": self._person(act.by)}
        if act.verb == "series":
            first, last = (each.astimezone(PARIS) for each in (act.start, act.end))
            weeks = (last.date() - first.date()).days // 7 + 1
            minutes = 60 * (last.hour - first.hour) + last.minute - first.minute
            rule = {
                "rule": f"FREQ=WEEKLY;COUNT={weeks}",
                "first": f"{first:%Y-%m-%dT%H:%M}",
                "minutes": minutes,
            }
            return "/series", wish | rule | {"series_id": str(new_id())}
        wish |= {"start": act.start.isoformat(), "end": act.end.isoformat()}
        if act.verb == "wait":
            return "/waitlist", wish | {"entry_id": str(new_id())}
        if not PEOPLE[act.by].member:
            wish["audience"] = PEOPLE[act.by].audience
        return "/bookings", wish | {"booking_id": str(new_id())}

    def _person(self, who: str) -> str:
        """Return the id of somebody; the desk registers by name who walks in."""
        if who in self.hub.people:
            return str(self.hub.people[who].person_id)
        person_id = self.hub.registers("desk", PEOPLE[who].name)
        self.hub.payers[person_id] = PEOPLE[who].payer
        return person_id

    def _knows_dates(self, act: Act, path: str) -> None:
        for each in self.hub.get(act.by, "booking", path)["items"]:
            if each["booking_id"]:
                self.bookings[f"{act.name}-{each['recurrence_id'][:10]}"] = each["booking_id"]

    def _accepts(self) -> None:
        """Have who waited take what is offered, as soon as it is."""
        for use in self.book.accepts():
            path = f"/waitlist/{self.entries[use.name]}"
            until(partial(self._is, use.person, path, "offered"), _PATIENCE)
            answer = self.hub.post(use.person, "booking", f"{path}/accept")
            self.bookings[use.name] = answer["offer"]["booking_id"]
            self.answered["accepted"] += 1

    def _is(self, who: str, path: str, state: str) -> bool:
        return bool(self.hub.get(who, "booking", path)["state"] == state)

    def _closes(self, act: Act) -> None:
        """Close, and settle each booking that this hits: moved to the other half, else called off."""
        closure_id = str(new_id())
        body: Json = {"closure_id": closure_id, "site_id": self.hub.site_id, "reason": "Travaux"}
        body |= {"start": act.start.isoformat(), "end": act.end.isoformat()}
        body |= {"resource_id": self.hub.things[act.thing]} if act.thing else {}
        answer = self.hub.post("desk", "booking", "/closures", body)
        hit = self.book.closes(act)
        assert set(answer["affected_booking_ids"]) == {self.bookings[each.name] for each in hit}, act.name
        for use in hit:
            self._settles(f"/closures/{closure_id}", use)

    def _settles(self, closure: str, use: Use) -> None:
        booking_id = self.bookings[use.name]
        if use.thing == "canal" and self.book.moves(use, "cite"):
            there = {"resource_id": self.hub.things["cite"], "booking_id": booking_id}
            move = there | {"start": use.start.isoformat(), "end": use.end.isoformat()}
            outcome = self.hub.post("desk", "booking", f"{closure}/move-bookings", {"moves": [move]})
            self.answered["moved"] += 1
        else:
            self.book.called_off(use)
            gone = {"booking_ids": [booking_id]}
            outcome = self.hub.post("desk", "booking", f"{closure}/cancel-bookings", gone)
            self.answered["called off"] += 1
        assert outcome == {"done": [booking_id], "left": []}
        self._accepts()


def _row(name: str, shown: Any) -> Row:
    start, end = (datetime.fromisoformat(shown[each]).astimezone(UTC) for each in ("start", "end"))
    return name, start, end, shown["state"], shown["person_name"]
