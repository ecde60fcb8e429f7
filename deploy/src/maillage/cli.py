"""The command `maillage`: what it takes, what it prints, how it ends.

Exit codes: 0 done · 1 failed, with a sentence and its way out · 2 not understood · 3 the platform does not
run · 4 it runs already. `doctor`: 0 sound · 1 something to know · 2 something to repair. `status`: 0 ready ·
1 not ready · 3 not running. Data goes to stdout, progress to stderr; `--json` prints one JSON document on
stdout, errors included.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from maillage import sentences
from maillage.sentences import ALREADY_RUNNING, NOT_RUNNING, StartError, language

EXIT_CODES = {NOT_RUNNING.id: 3, ALREADY_RUNNING.id: 4}

app = typer.Typer(
    name="maillage",
    help="Runs the platform, watches it, proves it.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


@app.callback()
def common(
    lang: Annotated[str, typer.Option(help="Language of failures: en or fr. Default: the locale's.")] = "",
) -> None:
    """Exit codes: 0 done, 1 failed, 2 not understood, 3 not running, 4 already running."""
    if lang not in ("", "en", "fr"):
        raise typer.BadParameter("--lang takes en or fr")
    if lang:
        os.environ["LC_ALL"] = lang  # detached and restarted processes speak it too


@app.command()
def up(
    *,
    detach: Annotated[bool, typer.Option("--detach", help="Return when the platform is ready.")] = False,
    service: Annotated[
        list[str] | None, typer.Option(metavar="NAME=PATH", help="Run this service from another checkout.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Start the platform; Ctrl-C stops all of it in good order. Resumes where the last run ended."""
    from maillage import up as command  # noqa: PLC0415 - `maillage --help` loads no server code
    from maillage.show import show  # noqa: PLC0415 - the same

    with told(as_json=as_json):
        settings = read_settings(service or [])
        if detach:
            passed_on = [f"--service={name}={path}" for name, path in settings.checkouts.items()]
            finish_detached(command.detach(passed_on, settings.data), as_json=as_json)
            return
        with show() as progress:
            command.run(settings, progress, lambda state: print_ready(state, as_json=as_json))


@app.command()
def down(*, as_json: Json = False) -> None:
    """Stop the platform: services drain first, then the servers stop."""
    from maillage import control  # noqa: PLC0415 - the same

    with told(as_json=as_json):
        stopped = control.down(read_settings().data)
        answer({"stopped": stopped}, f"Stopped: {', '.join(stopped)}.", as_json=as_json)


@app.command()
def status(*, as_json: Json = False) -> None:
    """Show every part: whether it is ready, where it listens, how often it was restarted."""
    from maillage import control  # noqa: PLC0415 - the same

    with told(as_json=as_json):
        state = control.state_of(read_settings().data)
        answer(state.as_json(language()), control.table(state), as_json=as_json)
        sys.exit(0 if state.ready() else 1 if state.alive() else 3)


@app.command()
def kill(
    name: Annotated[str, typer.Argument(help="The part, as `maillage status` names it.")],
    *,
    as_json: Json = False,
) -> None:
    """Kill a part at once, as a crash would; the platform starts it again."""
    from maillage import control  # noqa: PLC0415 - the same

    with told(as_json=as_json):
        pid = control.kill(read_settings().data, name)
        answer({"killed": name, "pid": pid}, f"{name} (process {pid}) is killed.", as_json=as_json)


@app.command()
def token(
    mail: Annotated[str, typer.Argument(help="Mail address of somebody the platform knows.")],
    *,
    as_json: Json = False,
) -> None:
    """Sign somebody in by mail, read from the mail sink, and print their access token (ten minutes)."""
    from maillage.signin import sign_in  # noqa: PLC0415 - the same

    with told(as_json=as_json):
        settings = read_settings()
        signed_in = sign_in(settings.address("membership"), mail, settings.data / "mail")
        answer(signed_in, signed_in["access_token"], as_json=as_json)


@app.command()
def doctor(*, as_json: Json = False) -> None:
    """Look for the usual causes of trouble: each check with its id, what was found, and the way out."""
    from maillage import doctor as command  # noqa: PLC0415 - the same

    with told(as_json=as_json):
        findings = command.examine(read_settings())
        answer(command.as_json(findings), command.table(findings), as_json=as_json)
        sys.exit(command.exit_code(findings))


def read_settings(checkouts: list[str] | None = None) -> Any:
    """The settings of this call; a wrong one ends it as wrong usage."""
    from maillage.services import checkouts_named  # noqa: PLC0415 - the same
    from maillage.settings import Settings  # noqa: PLC0415 - the same

    try:
        return Settings.read(checkouts=checkouts_named(checkouts or []))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


@contextmanager
def told(*, as_json: bool) -> Iterator[None]:
    """Turn a failure into its sentence, its way out and its exit code."""
    try:
        yield
    except StartError as failure:
        tell_failure(sentences.told(failure.in_both(), language()), as_json=as_json)


def tell_failure(failure: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps({"error": failure}, ensure_ascii=False) + "\n")
    else:
        sys.stderr.write(f"{failure['id']}  {failure['text']}\n{failure['cure']}\n")
    sys.exit(EXIT_CODES.get(failure["id"], 1))


def finish_detached(said: dict[str, Any], *, as_json: bool) -> None:
    if "error" in said:
        tell_failure(said["error"], as_json=as_json)
    rows = [f"{name:<14}{part['address']}" for name, part in said["parts"].items() if part["address"]]
    operator = read_settings().first_operator
    signing_in = f"Sign in as {operator}, the platform's operator: `maillage token {operator}`."
    answer(said, "\n".join(["The platform is ready.", *rows, signing_in]), as_json=as_json)


def print_ready(state: Any, *, as_json: bool) -> None:
    finish_detached(state.as_json(language()), as_json=as_json)


def answer(document: dict[str, Any], text: str, *, as_json: bool) -> None:
    sys.stdout.write((json.dumps(document, ensure_ascii=False) if as_json else text) + "\n")
    sys.stdout.flush()
