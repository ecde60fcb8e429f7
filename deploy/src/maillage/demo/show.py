"""How the demo is told: what happens while it happens, then a table of facts, on stderr."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table
from rich.text import Text

from maillage.demo.facts import Fact
from maillage.demo.french import said
from maillage.demo.note import sign_ins
from maillage.demo.story import Told
from maillage.sentences import language
from maillage.settings import Settings

_LONGEST = 160  # characters of a value that are shown


@contextmanager
def narrator() -> Iterator[Callable[[str], None]]:
    """Give the function that tells what happens; on a terminal, days that pass share one line."""
    console = Console(stderr=True, highlight=False)
    begun = time.monotonic()

    def stamped(line: str) -> str:
        return f"{time.monotonic() - begun:5.1f} s  {said(line)}"

    if not console.is_terminal:
        yield lambda line: console.print(Text(stamped(line)), soft_wrap=True)
        return
    with console.status("") as status:

        def tell(line: str) -> None:
            if line[:1].isdigit():  # a day that passes
                status.update(Text(line))
                return
            status.update("")
            console.print(Text(stamped(line)))

        yield tell


def print_facts(told: Told) -> None:
    """Print the facts, false ones with what was expected."""
    console = Console(stderr=True, highlight=False)
    table = Table(title=said("What is true after it"), title_justify="left", show_edge=False)
    for heading in ("", "fact", "found", "expected"):
        table.add_column(said(heading), overflow="fold")
    for fact in told.facts.found:
        mark = Text("✓", style="green") if fact.ok else Text("✗", style="bold red")
        table.add_row(mark, Text(fact.text), Text(_short(fact.actual)), Text(_expected(fact)))
    console.print(table)


def summary(told: Told, settings: Settings) -> str:
    """Return how many facts are true, and who can sign in."""
    false = sum(not fact.ok for fact in told.facts.found)
    count = len(told.facts.found)
    if language() == "fr":
        head = f"{false} faits sur {count} sont faux." if false else f"{count} faits, tous vrais."
    else:
        head = f"{false} of {count} facts are false." if false else f"{count} facts, all true."
    return "\n".join([head, *sign_ins(told.sign_ins, settings)])


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _expected(fact: Fact) -> str:
    return "" if fact.ok else _short(fact.expected)
