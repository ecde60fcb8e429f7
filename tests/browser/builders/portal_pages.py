"""Every page that a browser visits, by address of the portal, with what each visitor gets there."""

from dataclasses import dataclass
from typing import Any, Final

from hub_story import Hub

NO_PAGES: Final = {
    "/invoices/{invoice_id:uuid}/pdf": "a download",
    "/live/stream": "a stream that the page /live reads",
}
ROLES: Final = ("hub", "finance", "member", "partner")
_ALL: Final = dict.fromkeys(ROLES, 200)
_ITS_OWN: Final = {**_ALL, "partner": 404}


@dataclass(frozen=True, slots=True)
class Look:
    """One page to look at: its name, its address, what each role is answered; perhaps by sending a form."""

    name: str
    path: str
    answers: dict[str, int]
    form: dict[str, Any] | None = None

    def order(self, role: str) -> dict[str, Any]:
        """Say it to the crawler."""
        form = {"form": self.form} if self.form else {}
        return {"name": self.name, "path": self.path, "status": self.answers[role], **form}


def looks(hub: Hub) -> dict[str, list[Look]]:
    """Return what is looked at, by address in the portal's table."""
    day = f"/planning?site={hub.site_id}&day="
    return {
        "/": [Look("front", "/", _ALL)],
        "/sign-in": [Look("sign-in", "/sign-in", _ALL)],
        "/sign-in/code": [Look("code", "/sign-in/code", _ALL)],
        "/today": [Look("today", "/today", _ALL)],
        "/planning": [Look("day", f"{day}2026-04-02", _ALL), Look("closed-day", f"{day}2026-04-04", _ALL)],
        "/book": [Look("book", "/book", _ALL)],
        "/book/choose": [
            Look("which", "/book/choose?day=2026-04-03&start=10:00", _ALL),
            Look("nothing-free", "/book/choose?day=2026-04-04&start=10:00", _ALL),
            Look("taken", "/book", dict.fromkeys(ROLES, 409), _taken(hub)),
        ],
        "/book/{booking_id:uuid}": [Look("confirm", f"/book/{hub.held_id}", _ITS_OWN)],
        "/bookings": [Look("bookings", "/bookings", _ALL)],
        "/bookings/{booking_id:uuid}": [Look("booking", f"/bookings/{hub.booking_id}", _ITS_OWN)],
        "/invoices": [Look("invoices", "/invoices", _ALL)],
        "/invoices/{invoice_id:uuid}": [Look("invoice", f"/invoices/{hub.invoice_id}", _ITS_OWN)],
        "/fibre": [Look("fibre", "/fibre", _ALL)],
        "/fibre/{line_id:uuid}": [
            Look("line", f"/fibre/{hub.line_id}", _ITS_OWN),
            Look("line-to-order", f"/fibre/{hub.asked_line_id}", _ITS_OWN),
            Look("line-to-activate", f"/fibre/{hub.visited_line_id}", _ITS_OWN),
        ],
        "/live": [Look("live", "/live", {"hub": 200, "finance": 403, "member": 403, "partner": 200})],
    }


def guest_looks() -> list[dict[str, Any]]:
    """Return what a guest sees: the pages of signing in, and a page that is not there."""
    paths = {
        "sign-in": ("/sign-in", 200),
        "sign-in-on-the-way": ("/sign-in?next=/planning", 200),
        "link": ("/sign-in?token=of-a-mail", 200),
        "no-page": ("/nowhere", 404),
    }
    return [{"name": name, "path": path, "status": status} for name, (path, status) in paths.items()]


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
