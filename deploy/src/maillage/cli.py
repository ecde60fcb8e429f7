"""The command `maillage`: what it takes, what it prints, how it ends.

Exit codes: 0 done · 1 failed, with a sentence and its way out · 2 not understood · 3 the platform does not
run · 4 it runs already. `doctor`: 0 sound · 1 something to know · 2 something to repair. `status`: 0 ready ·
1 not ready · 3 not running. Data goes to stdout, progress to stderr; `--json` prints one JSON document on
stdout, errors included.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from maillage import imports, lanes
from maillage.erase import erase
from maillage.reconcile import reconcile
from maillage.sentences import language
from maillage.terminal import Json, answer, read_settings, tell_failure, told

app = typer.Typer(
    name="maillage",
    help="Runs the platform, watches it, proves it.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(lanes.app, name="lanes")
app.add_typer(imports.app, name="import")
app.command()(reconcile)
app.command()(erase)


@app.callback()
def common(
    lang: Annotated[
        str, typer.Option(help="Language of failures and of the demo: en or fr. Default: the locale's.")
    ] = "",
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
        list[str] | None,
        typer.Option(metavar="NAME=PATH", help="Run this service from another checkout; `NAME=` ends that."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Start the platform; Ctrl-C stops all of it in good order. Resumes where the last run ended.

    While it runs, `up --service billing=../other` replaces that one service: its schema is brought forward
    beside the version at work, which then drains and gives its place. `up --service billing=` puts the
    installed version back. A version that does not become ready leaves its place to the one before. The next
    start of the whole platform runs what its own `up` names.
    """
    from maillage import control  # noqa: PLC0415 - `maillage --help` loads no server code
    from maillage import up as command  # noqa: PLC0415 - the same
    from maillage.show import show  # noqa: PLC0415 - the same

    with told(as_json=as_json):
        settings = read_settings(service or [])
        if service and control.state_of(settings.data).alive():
            replace_services(settings.data, service, as_json=as_json)
            return
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


@app.command()
def demo(
    *,
    seed: Annotated[int, typer.Option(help="Draws other persons and another course of events.")] = 302,
    month: Annotated[str, typer.Option(help="The first of the two months, as YYYY-MM.")] = "2026-03",
    as_json: Json = False,
) -> None:
    """Live two months of a hub in Carcassonne on the running platform, and check every fact of it.

    Exit codes: 0 all facts are true, 1 one is not, 3 the platform does not run.
    """
    from maillage.demo import command  # noqa: PLC0415 - the same

    with told(as_json=as_json):
        settings = read_settings()
        done = command.run(settings, seed, month)
        answer(done.as_json(), command.summary(done, settings), as_json=as_json)
        sys.exit(0 if done.facts.all_true else 1)


def replace_services(data: Path, asked: list[str], *, as_json: bool) -> None:
    """Replace services of the running platform, one after the other."""
    from maillage import replace  # noqa: PLC0415 - the same
    from maillage.services import checkouts_named  # noqa: PLC0415 - the same

    lines = []
    for name, checkout in checkouts_named(asked).items():
        replace.ask(data, name, checkout)
        lines.append(f"{name} now runs from {checkout or 'where it is installed'}.")
    replaced = {name: checkout and str(checkout) for name, checkout in checkouts_named(asked).items()}
    answer({"replaced": replaced}, "\n".join(lines), as_json=as_json)


def finish_detached(said: dict[str, Any], *, as_json: bool) -> None:
    if "error" in said:
        tell_failure(said["error"], as_json=as_json)
    parts = sorted(said["parts"].items(), key=lambda part: part[0] != "portal")
    rows = [f"{name:<14}{part['address']}" for name, part in parts if part["address"]]
    from maillage.demo.note import invitation  # noqa: PLC0415 - the same

    settings = read_settings()
    operator = settings.first_operator
    signing_in = f"Sign in as {operator}, the platform's operator: `maillage token {operator}`."
    lines = ["The platform is ready.", *rows, signing_in, *invitation(settings)]
    answer(said, "\n".join(lines), as_json=as_json)


def print_ready(state: Any, *, as_json: bool) -> None:
    finish_detached(state.as_json(language()), as_json=as_json)
