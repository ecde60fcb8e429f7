"""`maillage erase`: the platform's operator confirms an erasure and waits for every service's answer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from maillage.sentences import ERASURE_REFUSED, StartError
from maillage.terminal import Json, answer, read_settings, told

if TYPE_CHECKING:
    import httpx

ENDED = ("done", "held")
_LOOK = 0.2  # seconds between two looks


def erase(
    territory: Annotated[
        str, typer.Argument(help="SIREN of the territory whose administrator asked for it.")
    ],
    erasure: Annotated[UUID, typer.Argument(help="The erasure, as the administrator's list names it.")],
    *,
    wait: Annotated[float, typer.Option(help="Seconds to wait for the services' answers.")] = 60,
    as_json: Json = False,
) -> None:
    """Confirm that a person is to be forgotten, as the platform's operator; it cannot be undone.

    Exit codes: 0 every service gave its receipt, 1 refused, held up or not answered yet, 3 not running.
    """
    import httpx  # noqa: PLC0415 - `maillage --help` loads no server code

    from chassis.ids import new_id  # noqa: PLC0415 - the same
    from maillage.signin import sign_in  # noqa: PLC0415 - the same

    with told(as_json=as_json):
        settings = read_settings()
        address = settings.address("membership")
        token = sign_in(address, settings.first_operator, settings.data / "mail")["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(new_id())}
        with httpx.Client(base_url=address, headers=headers, timeout=10) as client:
            found = settled(client, territory, erasure, wait)
        answer(found, sentence(found), as_json=as_json)
        raise typer.Exit(0 if found["state"] == "done" else 1)


def settled(client: httpx.Client, territory: str, erasure: UUID, wait: float) -> dict[str, Any]:
    """Confirm an erasure and return it once it is done, held up, or the wait is over. Raises StartError."""
    path, deadline = f"/v1/territories/{territory}/erasures", time.monotonic() + wait
    found = _asked(client.post(f"{path}/{erasure}/confirm"))
    while found["state"] not in ENDED and time.monotonic() < deadline:
        time.sleep(_LOOK)
        listed = _asked(client.get(path, params={"limit": 200}))["items"]
        found = next((each for each in listed if each["erasure_id"] == str(erasure)), found)
    return found


def sentence(found: dict[str, Any]) -> str:
    """Say how far an erasure is."""
    if found["state"] == "done":
        return f"Every service has answered. The certificate: /erased/{found['certificate']}"
    if found["state"] == "held":
        holds = ", ".join(f"{each['reason']} ({each['count']})" for each in found["holds"])
        return f"Nothing was erased; what holds it up: {holds or 'something in another territory'}."
    return f"Under way; still awaited: {', '.join(found['missing'])}."


def _asked(response: httpx.Response) -> dict[str, Any]:
    if response.is_error:
        raise StartError(ERASURE_REFUSED, reason=response.json().get("detail", response.status_code))
    answered: dict[str, Any] = response.json()
    return answered
