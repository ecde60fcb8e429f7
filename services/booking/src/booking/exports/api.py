"""HTTP door of exports."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from booking.exports import handlers
from booking.exports.handlers import Table
from booking.openings.model import Interval, aware
from booking.sites.handlers import at_site
from chassis.http import Act, Door, FromPath, FromQuery, Response, query


@query("/v1/territories/{siren:str}/sites/{site_id:uuid}/bookings.csv")
async def export_bookings(
    door: Door, site_id: FromPath[UUID], since: FromQuery[datetime], until: FromQuery[datetime]
) -> Response[bytes]:
    """Download the bookings of a site in a stretch of time, with names, for a spreadsheet."""
    act = Act("booking:list", "site", site_id, at_site(door.principal))
    between = Interval(aware(since), aware(until))
    answer: Response[Any] = await door.read(act, handlers.bookings_table, site_id, between)
    content = Table.model_validate_json(answer.content).content.encode()
    headers = {"Content-Disposition": 'attachment; filename="reservations.csv"'}
    return Response(content, media_type="text/csv", headers=headers)


ROUTES: Final = [export_bookings]
