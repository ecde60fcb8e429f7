"""The HTTP door to the words of messages, for staff who want to read them first."""

from typing import Annotated, Final

from litestar.params import QueryParameter

from chassis.db import Tx
from chassis.http import Act, Door, FromPath, Response, query
from notifications.templates import handlers
from notifications.templates.handlers import Letter, TemplatesShown


@query("/v1/territories/{siren:str}/templates")
async def list_templates(door: Door) -> Response[TemplatesShown]:
    """List the messages that the platform sends, with their causes and channels."""
    return await door.read(_read(door), _all)


@query("/v1/territories/{siren:str}/templates/{name:str}")
async def preview_template(
    door: Door,
    name: FromPath[str],
    language: Annotated[str, QueryParameter(description="fr or en", pattern="^(fr|en)$")] = "fr",
) -> Response[Letter]:
    """Show a message as a mail, with example values."""
    return await door.read(_read(door), _preview, name, language)


def _read(door: Door) -> Act:
    return Act("template:read", "territory", door.territory_id)


async def _all(_tx: Tx) -> TemplatesShown:
    return handlers.templates()


async def _preview(_tx: Tx, name: str, language: str) -> Letter:
    return handlers.preview(name, language)


ROUTES: Final = [list_templates, preview_template]
