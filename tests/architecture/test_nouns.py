"""Whatever can be missing is called by its French noun in a French refusal, the one of the glossary."""

import re
from pathlib import Path

from chassis.nouns import FRENCH

NAMED = re.compile(r'(?:what="|Act\(\s*"[a-z:_-]+",\s*")(?P<noun>[a-z ]+)"')


def unsaid(text: str) -> set[str]:
    """Nouns that a source gives a refusal and French does not know."""
    return {match["noun"] for match in NAMED.finditer(text)} - FRENCH.keys()


def glossary(root: Path) -> dict[str, str]:
    rows = (line.split("|") for line in (root / "docs/glossary.md").read_text().splitlines() if "|" in line)
    return {cells[1].strip(): cells[2].strip() for cells in rows}


def test_every_noun_of_a_refusal_has_its_french(project_files: list[Path]) -> None:
    sources = [
        each for each in project_files if each.suffix == ".py" and {"services", "src"} <= {*each.parts}
    ]
    assert len(sources) > 200
    assert set().union(*(unsaid(file.read_text()) for file in sources)) == set()


def test_a_noun_without_french_is_found() -> None:
    assert unsaid('raise NotFound(what="gadget", id="7")') == {"gadget"}
    assert unsaid('Act(\n    "gadget:read", "gadget", gadget_id)') == {"gadget"}
    assert unsaid('raise NotFound(what="site", id="7")') == set()


def test_a_noun_is_the_word_of_the_glossary(root: Path) -> None:
    words = glossary(root)
    shared = FRENCH.keys() & words.keys()
    assert len(shared) > 15
    assert [noun for noun in shared if not words[noun].replace("'", "’").startswith(FRENCH[noun])] == []
