"""What every command of `maillage` shares: its settings, its answers, its failures and their exit codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn

import typer

from maillage import sentences
from maillage.sentences import ALREADY_RUNNING, NOT_RUNNING, StartError, language

EXIT_CODES = {NOT_RUNNING.id: 3, ALREADY_RUNNING.id: 4}

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def read_settings(checkouts: list[str] | None = None) -> Any:
    """The settings of this call; a wrong one ends it as wrong usage."""
    from maillage.services import checkouts_named  # noqa: PLC0415 - the same
    from maillage.settings import Settings  # noqa: PLC0415 - the same

    try:
        named = checkouts_named(checkouts or [])
        return Settings.read(checkouts={name: path for name, path in named.items() if path})
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


@contextmanager
def told(*, as_json: bool) -> Iterator[None]:
    """Turn a failure into its sentence, its way out and its exit code."""
    try:
        yield
    except StartError as failure:
        tell_failure(sentences.told(failure.in_both(), language()), as_json=as_json)


def tell_failure(failure: dict[str, str], *, as_json: bool) -> NoReturn:
    if as_json:
        sys.stdout.write(json.dumps({"error": failure}, ensure_ascii=False) + "\n")
    else:
        sys.stderr.write(f"{failure['id']}  {failure['text']}\n{failure['cure']}\n")
    sys.exit(EXIT_CODES.get(failure["id"], 1))


def answer(document: dict[str, Any], text: str, *, as_json: bool) -> None:
    sys.stdout.write((json.dumps(document, ensure_ascii=False) if as_json else text) + "\n")
    sys.stdout.flush()
