"""`maillage import`: brings files of another system over, through the API of the running platform.

Without `--start` the file is only looked at. The same `--id` again goes on where the import was, whatever was
killed in between. Exit codes: 0 every line is sound, or was taken back · 1 refused or failed · 2 not
understood · 3 the platform does not run · 5 some lines are damaged, or had to be left.

A token in MAILLAGE_TOKEN, as `maillage token` prints it, spares the mail of each signing in: five come in a
quarter of an hour.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, NoReturn
from uuid import UUID

import typer

from maillage.sentences import NOT_RUNNING, StartError, language
from maillage.terminal import Json, answer, read_settings, tell_failure, told

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)

DAMAGED = 5
_PAUSE = 0.5  # seconds between two looks at how far it is
_BUSY = ("checking", "running", "undoing")


@dataclass(slots=True)
class Imports:
    """The imports of a territory, as somebody who signs in by mail may see and start them."""

    membership: str
    territory: str
    mail: str
    caught: Path
    as_json: bool
    _token: str = field(default_factory=lambda: os.environ.get("MAILLAGE_TOKEN", ""), repr=False)

    def ask(
        self, method: str, path: str, content: bytes | None = None, body: dict[str, Any] | None = None
    ) -> Any:
        """Ask membership; a refusal ends the command with its sentence. A token that ended is renewed."""
        response = self._send(method, path, content, body)
        if response.status_code == 401:  # noqa: PLR2004 - the token lives ten minutes, an import may live longer
            self._token = ""
            response = self._send(method, path, content, body)
        if response.is_error:
            said = response.json()
            failure = {"id": said["code"], "text": said["detail"], "cure": said.get("cure") or ""}
            tell_failure(failure, as_json=self.as_json)
        return response

    def settled(self, import_id: UUID) -> dict[str, Any]:
        """Return an import once nothing of it goes on, saying meanwhile how far it is."""
        while True:
            found: dict[str, Any] = self.ask("GET", f"/{import_id}").json()
            if found["state"] not in _BUSY:
                return found
            left = {"checking": "waiting", "running": "sound", "undoing": "brought"}[found["state"]]
            sys.stderr.write(f"{found['state']}: {found[left]} of {found['lines']} lines left\n")
            time.sleep(_PAUSE)

    def _send(self, method: str, path: str, content: bytes | None, body: dict[str, Any] | None) -> Any:
        import httpx  # noqa: PLC0415 - the same

        from chassis.ids import new_id  # noqa: PLC0415 - the same
        from maillage.signin import sign_in  # noqa: PLC0415 - the same

        if not self._token:
            self._token = sign_in(self.membership, self.mail, self.caught)["access_token"]
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Accept-Language": language(),
            "Idempotency-Key": str(new_id()),
        }
        url = f"{self.membership}/v1/territories/{self.territory}/imports{path}"
        return httpx.request(method, url, content=content, json=body, headers=headers, timeout=60)


@app.callback()
def as_administrator(
    context: typer.Context,
    territory: Annotated[str, typer.Option(help="SIREN of the territory.")],
    mail: Annotated[str, typer.Option("--as", help="Mail address of its administrator.")],
    *,
    as_json: Json = False,
) -> None:
    """Bring the files of another system over, as the administrator of a territory."""
    from maillage import control  # noqa: PLC0415 - `maillage --help` loads no server code

    settings = read_settings()
    with told(as_json=as_json):
        if not control.state_of(settings.data).alive():
            raise StartError(NOT_RUNNING, data=settings.data)
    caught = settings.data / "mail"
    context.obj = Imports(settings.address("membership"), territory, mail, caught, as_json)


@app.command()
def bring(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV file.")],
    kind: Annotated[
        str, typer.Option(help="What it holds: companies, members, plans, balances or fab-manager.")
    ],
    *,
    import_id: Annotated[
        UUID | None, typer.Option("--id", help="The same one again goes on where the import was.")
    ] = None,
    start: Annotated[bool, typer.Option("--start", help="Bring in what is sound.")] = False,
    errors: Annotated[Path | None, typer.Option(help="Write the damaged lines here, to correct.")] = None,
) -> None:
    """Look at a file, and with --start bring in what is sound. Exit codes: 0 all is sound, 5 not all is."""
    from chassis.ids import new_id  # noqa: PLC0415 - the same

    at: Imports = context.obj
    with told(as_json=at.as_json):
        found = _looked_at(at, import_id or new_id(), kind, file.read_bytes())
        found = _brought_in(at, found) if start else found
        if errors and found["damaged"]:
            path = f"/{found['import_id']}/errors.csv?language={language()}"
            errors.write_bytes(at.ask("GET", path).content)
        _end(at, found, left=found["damaged"])


@app.command()
def undo(
    context: typer.Context,
    import_id: Annotated[UUID, typer.Argument(help="The import.")],
    *,
    leave_used: Annotated[bool, typer.Option("--leave-used", help="Leave what was used since.")] = False,
) -> None:
    """Take back all that an import brought. Exit codes: 0 nothing is left of it, 5 something had to be."""
    at: Imports = context.obj
    with told(as_json=at.as_json):
        if at.settled(import_id)["state"] != "undone":
            at.ask("POST", f"/{import_id}/undo", body={"leave_used": leave_used})
        found = at.settled(import_id)
        _end(at, found, left=found["kept"])


def _looked_at(at: Imports, import_id: UUID, kind: str, content: bytes) -> dict[str, Any]:
    at.ask("POST", "", body={"import_id": str(import_id), "kind": kind})
    if at.settled(import_id)["state"] == "announced":
        at.ask("POST", f"/{import_id}/file", content)
    return at.settled(import_id)


def _brought_in(at: Imports, found: dict[str, Any]) -> dict[str, Any]:
    import_id = UUID(found["import_id"])
    if found["state"] == "checked":
        at.ask("POST", f"/{import_id}/start", body={})
    return at.settled(import_id)


def _end(at: Imports, found: dict[str, Any], left: int) -> NoReturn:
    answer(found, _said(found), as_json=at.as_json)
    raise typer.Exit(DAMAGED if left else 0)


def _said(found: dict[str, Any]) -> str:
    names = ("lines", "sound", "damaged", "brought", "undone", "kept")
    counts = ", ".join(f"{found[name]} {name}" for name in names if found[name] or name == "lines")
    return f"{found['import_id']}  {found['kind']}  {found['state']}: {counts}"
