"""The page of a screen at a door: it reads again by itself, without a script."""

from typing import Final
from zoneinfo import ZoneInfo

from litestar import get
from litestar.params import FromPath
from litestar.response import Template

from portal import wording
from portal.pages import Anyone, Services, page

_EVERY: Final = 30  # seconds


@get("/doors/{siren:str}/{token:str}")
async def door(guest: Anyone, upstream: Services, siren: FromPath[str], token: FromPath[str]) -> Template:
    """Show what takes the place now and what comes next."""
    shown = await upstream.get("booking", f"/v1/territories/{siren}/calendars/{token}/door")
    wording.zone.set(ZoneInfo(shown["zone"]))
    made = page(guest, "doors/door.html", shown=shown)
    made.headers["Refresh"] = str(_EVERY)
    return made


ROUTES: Final = [door]
