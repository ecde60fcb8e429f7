"""The HTTP door to the register of processing."""

from typing import Any, Literal

from chassis.http import Act, Door, FromQuery, Response, query
from membership.processing import handlers, model
from membership.processing.model import Register


@query("/v1/territories/{siren:str}/processing")
async def show_register(door: Door) -> Response[Register]:
    """Show the register of processing (GDPR, article 30), generated from the contracts."""
    return await door.read(_act(door), handlers.show_register)


@query("/v1/territories/{siren:str}/processing.csv")
async def download_register(door: Door, language: FromQuery[Literal["fr", "en"]] = "fr") -> Response[bytes]:
    """Download the register for a spreadsheet."""
    answer: Response[Any] = await door.read(_act(door), handlers.show_register)
    found = Register.model_validate_json(answer.content)
    headers = {"Content-Disposition": 'attachment; filename="registre.csv"'}
    content = "\ufeff" + model.as_csv(found, language)  # spreadsheets know UTF-8 by this mark
    return Response(content.encode(), media_type="text/csv", headers=headers)


def _act(door: Door) -> Act:
    return Act("processing:see", "territory", door.territory_id)


ROUTES = [show_register, download_register]
