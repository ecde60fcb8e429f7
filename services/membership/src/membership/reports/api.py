"""The HTTP door to what imports show."""

from typing import Any, Final
from uuid import UUID

from chassis.http import Act, Asked, Door, FromPath, FromQuery, Listed, Response, query
from membership.persons.model import Language
from membership.reports import handlers
from membership.reports.handlers import DamagedShown, ErrorsFile, ImportShown, Uses
from membership.vault import vault

_CHARSETS: Final = {"utf-8-sig": "utf-8", "cp1252": "windows-1252"}


@query("/v1/territories/{siren:str}/imports")
async def list_imports(door: Door, asked: Asked) -> Response[Listed[ImportShown]]:
    """List the imports of the territory, the last one first."""
    return await door.page(_see(door), handlers.list_imports, asked)


@query("/v1/territories/{siren:str}/imports/{import_id:uuid}")
async def show_import(door: Door, import_id: FromPath[UUID]) -> Response[ImportShown]:
    """Show an import: how its file was read, and how far it is."""
    return await door.read(Act("import:see", "import", import_id), handlers.show_import, import_id)


@query("/v1/territories/{siren:str}/imports/{import_id:uuid}/damaged")
async def list_damaged(door: Door, asked: Asked, import_id: FromPath[UUID]) -> Response[Listed[DamagedShown]]:
    """List the damaged lines of an import, each with the column, the value, the rule and the cure."""
    return await door.page(_see(door), handlers.list_damaged, asked, import_id, vault())


@query("/v1/territories/{siren:str}/imports/{import_id:uuid}/errors.csv")
async def errors_file(
    door: Door, import_id: FromPath[UUID], language: FromQuery[Language] = "fr"
) -> Response[bytes]:
    """Give the damaged lines as they came, with what is wrong with each: to correct and send again."""
    act = Act("import:see", "import", import_id)
    answer: Response[Any] = await door.read(act, handlers.errors_file, import_id, language, vault())
    file = ErrorsFile.model_validate_json(answer.content)
    headers = {"Content-Disposition": f'attachment; filename="{import_id}.csv"'}
    charset = _CHARSETS[file.encoding]
    return Response(file.content, media_type="text/csv", encoding=charset, headers=headers)


@query("/v1/territories/{siren:str}/imports/{import_id:uuid}/uses")
async def show_uses(door: Door, import_id: FromPath[UUID]) -> Response[Uses]:
    """Show what has been used of what an import brought, by name: an undo leaves it, or is refused."""
    return await door.read(Act("import:see", "import", import_id), handlers.show_uses, import_id, vault())


def _see(door: Door) -> Act:
    return Act("import:see", "territory", door.territory_id)


ROUTES = [list_imports, show_import, list_damaged, errors_file, show_uses]
