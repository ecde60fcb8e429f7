"""Asks the services what a walk-in needs: what is free now, its price, and the person's registration."""

from contextlib import suppress
from http import HTTPStatus
from uuid import UUID

from portal.desk import model
from portal.desk.model import WalkIn
from portal.places import Place
from portal.upstream import Json, Refused, Unreachable, Upstream
from portal.wording import gettext as _


def check(typed: WalkIn) -> None:
    if fields := typed.flaws():
        said = {"name": _("Write a first name and a name."), "people": _("Write a number from 1 to 100.")}
        raise Refused(
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
            code="walk-in-unreadable",
            title=_("Something is missing"),
            detail=_("These fields cannot be read as they are."),
            errors=[{"detail": said[each]} for each in fields],
            values={"fields": fields},
        )


async def offer(here: Place, upstream: Upstream, typed: WalkIn) -> Json:
    """Find what is free now for all of them until the time wanted. Raises Refused."""
    site = here.site(typed.site_id)
    zone = str(site["zone"]) if site else here.zone
    path = f"{here.base}/sites/{typed.site_id}/planning"
    day = await upstream.get("booking", path, {"day": here.today.isoformat()})
    closes = model.closing(day["resources"], typed.kind, here.now, zone)
    if closes is None:
        raise _none(
            _("Nothing of this kind is open now."), _("Choose something else, or look at the planning.")
        )
    start = here.now.replace(second=0, microsecond=0)
    end = model.ends(typed, closes, here.now, zone)
    asked = {
        "start": start.isoformat(),
        "end": end.isoformat(),
        "site_id": typed.site_id,
        "kind": typed.kind,
        "capacity": typed.attendees,
        "limit": 200,
    }
    found = await upstream.get("booking", f"{here.base}/resources/free", asked)
    fit = model.fitting(found["items"], typed.attendees)
    if fit is None:
        raise _none(
            _("Nothing is free for all of them until then."),
            _("Choose an earlier end, another kind of place, or fewer people."),
        )
    return {"resource": fit, "start": start, "end": end}


def _none(detail: str, cure: str) -> Refused:
    return Refused(HTTPStatus.CONFLICT, "nothing-free", _("Nothing is free"), detail, cure)


async def register(here: Place, upstream: Upstream, typed: WalkIn, held: Json) -> None:
    """Register the person; refused, the place is given back at once."""
    try:
        await upstream.post("membership", f"{here.base}/persons", typed.person(held["person_id"]))
    except Refused:
        path = f"{here.base}/bookings/{held['booking_id']}/cancel"
        with suppress(Refused, Unreachable):
            await upstream.post("booking", path)
        raise


async def quote(here: Place, upstream: Upstream, typed: WalkIn, offer: Json) -> Json | None:
    if not offer["resource"]["price_code"]:
        return None
    period = {name: offer[name].isoformat() for name in ("start", "end")}
    line = {"price_code": offer["resource"]["price_code"], **period}
    return await _priced(here, upstream, typed.site_id, line)


async def quoted(here: Place, upstream: Upstream, booking: Json) -> Json | None:
    """Price a booking whose charge billing has not written yet."""
    if not booking["price_code"]:
        return None
    period = {name: booking["period"][name] for name in ("start", "end")}
    line = {"price_code": booking["price_code"], **period}
    return await _priced(here, upstream, booking["site_id"], line)


async def _priced(here: Place, upstream: Upstream, site_id: str, line: Json) -> Json | None:
    """Ask a price; none is published yet, or billing is away: then it is told later."""
    asked = {"audience": model.AUDIENCE, "site_id": site_id, "lines": [line]}
    try:
        return await upstream.post("billing", f"{here.base}/quotes", asked)
    except (Refused, Unreachable):
        return None


async def charge(here: Place, upstream: Upstream, booking_id: UUID) -> Json | None:
    try:
        found = await upstream.get("billing", f"{here.base}/charges", {"source_id": str(booking_id)})
    except (Refused, Unreachable):
        return None
    items: list[Json] = found["items"]
    return items[0] if items else None


async def expected(here: Place, upstream: Upstream, site_id: str) -> list[Json]:
    """List who is still expected at a site today."""
    day = model.whole_day(here.today, here.zone)
    asked = {"site_id": site_id, "since": day[0].isoformat(), "until": day[1].isoformat(), "limit": 200}
    found = await upstream.get("booking", f"{here.base}/bookings", asked)
    return [dict(each) for each in model.expected(found["items"], day)]
