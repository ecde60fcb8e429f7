"""The HTTP door to imports: announced, given their file, started, undone."""

from uuid import UUID

from chassis.db import Tx
from chassis.http import Act, Body, Door, FromPath, Response, command, creation, upload
from membership.imports import handlers
from membership.imports.handlers import AnnounceImport, ImportRef, UndoImport
from membership.sheets.model import LARGEST
from membership.vault import vault


@creation("/v1/territories/{siren:str}/imports")
async def announce_import(door: Door, data: Body[AnnounceImport]) -> Response[ImportRef]:
    """Announce an import and what its file holds; the file follows."""
    act = Act("import:run", "import", data.import_id)
    return await door.create(act, handlers.announce_import, data, door.principal)


@upload("/v1/territories/{siren:str}/imports/{import_id:uuid}/file")
async def send_file(door: Door, import_id: FromPath[UUID]) -> Response[ImportRef]:
    """Hand in the file of an import: CSV of 8 MiB at most. It is looked at, and nothing is brought in."""

    async def keep(tx: Tx, content: bytes) -> ImportRef:
        return await handlers.take_file(tx, content, import_id, vault())

    return await door.upload(Act("import:run", "import", import_id), LARGEST, keep)


@command("/v1/territories/{siren:str}/imports/{import_id:uuid}/start")
async def start_import(door: Door, import_id: FromPath[UUID]) -> Response[ImportRef]:
    """Bring in the sound lines of a file that was looked at."""
    act = Act("import:run", "import", import_id)
    return await door.command(act, handlers.start_import, import_id, vault())


@command("/v1/territories/{siren:str}/imports/{import_id:uuid}/undo")
async def undo_import(door: Door, import_id: FromPath[UUID], data: Body[UndoImport]) -> Response[ImportRef]:
    """Take back all that an import brought; what has been used since is refused by line, or left."""
    act = Act("import:run", "import", import_id)
    return await door.command(act, handlers.undo_import, import_id, data)


ROUTES = [announce_import, send_file, start_import, undo_import]
