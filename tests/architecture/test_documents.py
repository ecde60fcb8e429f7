"""What the documents say is so: commands run, decisions are enforced, links lead somewhere."""

import re
from pathlib import Path

import pytest

SECTIONS = ["Context", "Decision", "Consequences", "Alternatives", "Enforced by"]
README_LINES = 150


def commands(markdown: str) -> list[str]:
    """Return the lines of the shell blocks of a page."""
    blocks = re.findall(r"^```sh\n(.*?)^```", markdown, re.MULTILINE | re.DOTALL)
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


def unproven(lines: list[str], makefile: str, build: str) -> list[str]:
    """Return the commands that are neither a target of the Makefile nor run by the build."""
    targets = {f"make {name}" for name in re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE)}
    run = {line.strip() for line in build.splitlines()}
    run |= {visited.removesuffix(" --json") for visited in re.findall(r"visit '([^']+)'", build)}
    return [line for line in lines if line not in targets | run]


def record_faults(record: Path, root: Path) -> list[str]:
    """Say what is wrong with one decision record: its sections, its length, its enforcers."""
    text = record.read_text()
    faults = []
    if re.findall(r"^## (.+)$", text, re.MULTILINE) != SECTIONS:
        faults.append(f"{record.name}: its sections are not {', '.join(SECTIONS)}")
    if not re.search(
        r"^Area: .+ · Date: \d{4}-\d\d-\d\d · Status: (?:accepted|superseded by \d{4})$", text, re.MULTILINE
    ):
        faults.append(f"{record.name}: its line of area, date and status is missing")
    enforcers = re.findall(r"^- (?:`([^`]+)`|(review)\b)", text.rpartition("## Enforced by")[2], re.MULTILINE)
    if not enforcers:
        faults.append(f"{record.name}: nothing enforces it, not even the word review")
    faults += [
        f"{record.name}: {path} does not exist"
        for path, _ in enforcers
        if path and not (root / path).exists()
    ]
    return faults


def dead_links(page: Path) -> list[str]:
    """Return the links of a page that lead to no file of the project."""
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text())
    return [link for link in links if "://" not in link and not (page.parent / link).exists()]


@pytest.fixture
def records(root: Path) -> list[Path]:
    """The decision records, in their order."""
    return sorted((root / "docs" / "decisions").glob("[0-9]*.md"))


def test_the_readme_stays_short_and_each_of_its_commands_is_run(root: Path) -> None:
    readme = (root / "README.md").read_text()
    assert len(readme.splitlines()) <= README_LINES
    lines = commands(readme)
    assert {"make run", "make test"} <= set(lines)
    build = (root / ".ci" / "run").read_text()
    fresh_machine = "tests/deploy/fresh_machine.sh"
    assert fresh_machine in build
    build += (root / fresh_machine).read_text()
    assert unproven(lines, (root / "Makefile").read_text(), build) == []


def test_a_command_that_nobody_runs_is_found() -> None:
    page = "# T\n```sh\nmake test  # a while\nmake fly\nmaillage status\nmaillage demo\nmaillage dance\n```\n"
    build = "maillage status\nvisit 'maillage demo --json'\n"
    assert unproven(commands(page), "test: x\n", build) == ["make fly", "maillage dance"]


def test_the_decisions_are_numbered_without_a_hole(records: list[Path]) -> None:
    assert records
    assert [record.name[:5] for record in records] == [
        f"{number:04}-" for number in range(1, len(records) + 1)
    ]


def test_every_decision_has_its_sections_and_an_enforcer_that_exists(records: list[Path], root: Path) -> None:
    assert [fault for record in records for fault in record_faults(record, root)] == []


def test_a_faulty_decision_is_found(tmp_path: Path) -> None:
    record = tmp_path / "0001-a-rule.md"
    heads = "".join(f"## {section}\n" for section in SECTIONS)
    head = "# A rule\n\nArea: chassis · Date: 2026-01-31 · Status: accepted\n\n"
    record.write_text(f"{head}{heads}- `nowhere.py`: tries\n")
    assert record_faults(record, tmp_path) == ["0001-a-rule.md: nowhere.py does not exist"]
    record.write_text(f"{head}{heads}- review\n")
    assert record_faults(record, tmp_path) == []
    record.write_text("## Context\n## Decision\n")
    assert len(record_faults(record, tmp_path)) == 3


def test_every_link_of_the_documents_leads_to_a_file(project_files: list[Path], root: Path) -> None:
    pages = [file for file in project_files if file.suffix == ".md"]
    assert root / "README.md" in pages
    assert {str(page.relative_to(root)): dead for page in pages if (dead := dead_links(page))} == {}


def test_a_link_to_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("[here](page.md#top) and [there](gone.md) and [far](https://example.org/x)\n")
    assert dead_links(page) == ["gone.md"]


def test_the_words_of_the_glossary_stand_in_order_and_once(root: Path) -> None:
    rows = re.findall(
        r"^\| ([a-z][^|]*?) \| ([^|]+?) \| ([^|]+?) \|$",
        (root / "docs" / "glossary.md").read_text(),
        re.MULTILINE,
    )
    words = [word for word, _, _ in rows]
    assert words == sorted(set(words), key=str.casefold)
    assert len(words) > 50
