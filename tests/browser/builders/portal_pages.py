"""Every page that a browser visits, by address of the portal, with what each visitor gets there."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from hub_story import TERRITORY, Hub

NO_PAGES: Final = {
    "/desk/switch": "a page of guests too, looked at as theirs",
    "/invoices/{invoice_id:uuid}/pdf": "a download",
    "/imports/{import_id:uuid}/errors.csv": "a download",
    "/my-data/export": "a download",
    "/erased/{token:str}/pdf": "a download",
    "/live/stream": "a stream that the page /live reads",
    "/feeds/{siren:str}/{file:str}": "a file that calendars read",
}
ROLES: Final = ("hub", "finance", "member", "partner")
_ALL: Final = dict.fromkeys(ROLES, 200)
_ELSEWHERE: Final = dict.fromkeys(ROLES, 403)
_NAMED: Final = {"hub": 200, "finance": 200, "member": 200, "partner": 404}
_GROUP: Final = {"hub": 200, "finance": 200, "member": 403, "partner": 403}
_PERSON: Final = {"hub": 200, "finance": 200, "member": 403, "partner": 404}
_ITS_OWN: Final = {**_ALL, "partner": 404}
_UNSAID: Final = dict.fromkeys(("hub", "finance", "member", "partner"), 422)
_STAFF: Final = {"hub": 200, "finance": 200, "member": 403, "partner": 403}
_DESK: Final = {**_ELSEWHERE, "hub": 200}
_LEADS: Final = {**dict.fromkeys(ROLES, 404), "hub": 200}


@dataclass(frozen=True, slots=True)
class Look:
    """One page to look at: its name, its address, what each role is answered; perhaps by sending a form."""

    name: str
    path: str
    answers: dict[str, int]
    form: dict[str, Any] | None = None
    refusing: frozenset[str] = frozenset()  # roles that are refused on the page itself, not by the one of all

    def order(self, role: str) -> dict[str, Any]:
        """Say it to the crawler; a page that is refused looks like every other one, and is looked at once."""
        form = {"form": self.form} if self.form else {}
        status = self.answers[role]
        once = status >= HTTPStatus.BAD_REQUEST and role not in self.refusing
        return {"name": self.name, "path": self.path, "status": status, "once": once, **form}


def looks(hub: Hub) -> dict[str, list[Look]]:
    """Return what is looked at, by address in the portal's table."""
    day, session = f"/planning?site={hub.site_id}&day=", f"/sessions/{hub.session_id}"
    return {
        "/": [Look("front", "/", _ALL)],
        "/more": [Look("more", "/more", _ALL)],
        "/sign-in": [Look("sign-in", "/sign-in", _ALL)],
        "/sign-in/code": [Look("code", "/sign-in/code", _ALL)],
        "/today": [Look("today", "/today", _ALL)],
        "/desk": [Look("desk", "/desk", _ALL), Look("desk-price", "/desk", _ALL, _walk_in(hub))],
        "/desk/receipt/{booking_id:uuid}": [Look("receipt", f"/desk/receipt/{hub.booking_id}", _NAMED)],
        "/desk/arrive": [
            Look("arrive", "/desk/arrive", _ALL),
            Look(
                "wrong-code",
                "/desk/arrive?code=00000000",
                {**_ELSEWHERE, "hub": 404},
                refusing=frozenset(ROLES),
            ),
        ],
        "/desk/group": [Look("group", f"/desk/group?site={hub.site_id}", _GROUP)],
        "/desk/persons/{person_id:uuid}": [Look("person", _person(hub), _PERSON)],
        "/desk/computers": [
            Look("computers", "/desk/computers", {**_ELSEWHERE, "hub": 200}, refusing=frozenset(ROLES)),
        ],
        "/visits": [Look("visits", f"/visits?site={hub.site_id}", _ALL)],
        "/visits/deliveries": [Look("deliveries", "/visits/deliveries", _ALL)],
        "/visits/presence": [Look("presence", "/visits/presence", {**_ELSEWHERE, "hub": 200})],
        "/visits/tell": [Look("tell", "/visits/tell", _ALL)],
        "/openings": [Look("openings", f"/openings?site={hub.site_id}", _ALL)],
        "/openings/closures/{closure_id:uuid}": [
            Look("closure", f"/openings/closures/{hub.closure_id}", _STAFF),
        ],
        "/planning": [Look("day", f"{day}2026-04-02", _ALL), Look("closed-day", f"{day}2026-04-04", _ALL)],
        "/planning/week": [
            Look("week", f"/planning/week?site={hub.site_id}&day=2026-04-02", _ALL),
            Look("week-list", f"/planning/week?site={hub.site_id}&day=2026-04-02&view=list", _ALL),
        ],
        "/book": [Look("book", "/book", _ALL)],
        "/book/choose": [
            Look("which", "/book/choose?day=2026-04-03&start=10:00", _ALL),
            Look("nothing-free", "/book/choose?day=2026-04-04&start=10:00", _ALL),
            Look("taken", "/book", dict.fromkeys(ROLES, 409), _taken(hub), frozenset(ROLES)),
        ],
        "/book/{booking_id:uuid}": [Look("confirm", f"/book/{hub.held_id}", _ITS_OWN)],
        "/bookings": [Look("bookings", "/bookings", _ALL)],
        "/bookings/{booking_id:uuid}": [Look("booking", f"/bookings/{hub.booking_id}", _ITS_OWN)],
        "/waitlist": [Look("waitlist", "/waitlist", _ALL)],
        "/waitlist/join": [Look("join", "/waitlist/join?day=2026-04-03&start=10:00", _ALL)],
        "/waitlist/day": [Look("waitlist-day", f"/waitlist/day?site={hub.site_id}&day=2026-04-03", _STAFF)],
        "/series/new": [Look("repeat", f"/series/new?{_again(hub)}", _ALL)],
        "/series/{series_id:uuid}": [Look("series", f"/series/{hub.series_id}", _ITS_OWN)],
        "/calendars": [Look("calendars", "/calendars", _ALL)],
        "/doors/{siren:str}/{token:str}": [Look("door", f"/doors/{TERRITORY}/{hub.door_token}", _ALL)],
        "/plans": [Look("plans", "/plans", _ALL)],
        "/plans/documents/{document_id:uuid}": [
            Look("document-without-reason", f"/plans/documents/{hub.document_id}", _UNSAID),
        ],
        "/invoices": [Look("invoices", "/invoices", _ALL)],
        "/invoices/{invoice_id:uuid}": [Look("invoice", f"/invoices/{hub.invoice_id}", _ITS_OWN)],
        "/fibre": [Look("fibre", "/fibre", _ALL)],
        "/fibre/{line_id:uuid}": [
            Look("line", f"/fibre/{hub.line_id}", _ITS_OWN),
            Look("line-to-order", f"/fibre/{hub.asked_line_id}", _ITS_OWN),
            Look("line-to-activate", f"/fibre/{hub.visited_line_id}", _ITS_OWN),
        ],
        "/policies": [Look("policies", "/policies", _ALL)],
        "/policies/new": [Look("new-policy", "/policies/new", _ALL)],
        "/policies/{policy_id:uuid}": [Look("policy", f"/policies/{hub.policy_id}", _ALL)],
        "/imports": [Look("imports", "/imports", {**_ELSEWHERE, "hub": 200})],
        "/imports/{import_id:uuid}": [
            Look("import", f"/imports/{hub.import_id}", {**_ELSEWHERE, "hub": 200})
        ],
        "/machines": [Look("machines", f"/machines?site={hub.site_id}", _ALL)],
        "/machines/define": [Look("define-machine", f"/machines/define?site={hub.site_id}", _DESK)],
        "/qualifications": [Look("qualifications", "/qualifications", _ALL)],
        "/qualifications/{class_id:uuid}": [Look("class", f"/qualifications/{hub.class_id}", _ALL)],
        "/passes": [Look("passes", "/passes", _ALL)],
        "/passes/{lot_id:uuid}": [Look("pass", f"/passes/{hub.pass_id}", _NAMED)],
        "/passes/of/{person_id:uuid}": [
            Look("passes-of", f"/passes/of/{hub.people['member'].person_id}", _PERSON)
        ],
        "/sessions": [Look("sessions", "/sessions", _ALL)],
        "/sessions/mine": [Look("my-sessions", "/sessions/mine", _ALL)],
        "/sessions/new": [Look("new-session", "/sessions/new", _DESK)],
        "/sessions/{session_id:uuid}": [Look("session", session, _ALL)],
        "/sessions/{session_id:uuid}/people": [Look("session-people", f"{session}/people", _LEADS)],
        "/sessions/{session_id:uuid}/sheet/{position:int}": [Look("sheet", f"{session}/sheet/0", _LEADS)],
        "/network": [Look("network", "/network", _ALL)],
        "/my-data": [Look("my-data", "/my-data", _ALL)],
        "/erased/{token:str}": [
            Look("certificate", f"/erased/{hub.certificate}", _ALL),
            Look("certificate-held", f"/erased/{hub.held_certificate}", _ALL),
        ],
        "/retention": [Look("retention", "/retention", _DESK)],
        "/retention/{purpose:str}": [Look("due", "/retention/visits", _DESK)],
        "/live": [Look("live", "/live", {"hub": 200, "finance": 403, "member": 403, "partner": 200})],
    }


def guest_looks() -> list[dict[str, Any]]:
    """Return what a guest sees: the pages of signing in, and a page that is not there."""
    paths = {
        "sign-in": ("/sign-in", 200),
        "sign-in-on-the-way": ("/sign-in?next=/planning", 200),
        "link": ("/sign-in?token=of-a-mail", 200),
        "switch": ("/desk/switch", 200),
        "no-page": ("/nowhere", 404),
    }
    return [{"name": name, "path": path, "status": status} for name, (path, status) in paths.items()]


def _again(hub: Hub) -> str:
    """What is to be repeated, as an address carries it."""
    return f"site={hub.site_id}&resource={hub.rooms[0]}&day=2026-04-14&start=10:00&minutes=60"


def _person(hub: Hub) -> str:
    return f"/desk/persons/{hub.people['member'].person_id}"


def _walk_in(hub: Hub) -> dict[str, Any]:
    """The form of somebody who walks in."""
    fields = {"site": hub.site_id, "name": "Aliénor Passant", "what": "day", "people": "1", "language": "fr"}
    return {"action": "/desk", "fields": fields}


def _taken(hub: Hub) -> dict[str, Any]:
    """The form that asks for a room which another booking has."""
    fields = {
        "booking_id": "new",
        "site": hub.site_id,
        "resource": hub.rooms[1],
        "day": "2026-04-02",
        "start": "14:30",
        "minutes": "60",
    }
    return {"action": "/book/hold", "fields": fields}
