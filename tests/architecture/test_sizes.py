"""No file, no function and no list of targets grows past what one person reads in one go."""

import ast
import re
from pathlib import Path

import pytest

CODE = {".py", ".sql", ".html", ".css", ".js"}
SOURCE_LINES, TEST_LINES, FUNCTION_LINES, TARGETS = 300, 400, 40, 12


def is_test(file: Path) -> bool:
    """Tell whether a file belongs to a suite."""
    return "tests" in file.parts


def oversized_files(files: list[Path], root: Path) -> list[str]:
    """Name the files of code that pass their limit, with their lines."""
    found = []
    for file in files:
        lines = len(file.read_text().splitlines()) if file.suffix in CODE else 0
        if lines > (TEST_LINES if is_test(file.relative_to(root)) else SOURCE_LINES):
            found.append(f"{file.relative_to(root)}: {lines} lines")
    return found


def oversized_functions(files: list[Path], root: Path) -> list[str]:
    """Name the functions of sources that pass their limit; their docstrings do not count."""
    found = []
    for file in files:
        if file.suffix != ".py" or is_test(file.relative_to(root)):
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            docstring = len((ast.get_docstring(node, clean=False) or "").splitlines())
            lines = (node.end_lineno or node.lineno) - node.lineno + 1 - docstring
            if lines > FUNCTION_LINES:
                found.append(f"{file.relative_to(root)}: {node.name} has {lines} lines")
    return found


def targets(makefile: Path) -> list[str]:
    """Return the targets that a Makefile offers by name."""
    return re.findall(r"^([a-z][a-z-]*):", makefile.read_text(), re.MULTILINE)


def test_no_source_file_passes_300_lines_and_no_test_400(project_files: list[Path], root: Path) -> None:
    assert oversized_files(project_files, root) == []


def test_no_function_passes_40_lines(project_files: list[Path], root: Path) -> None:
    assert oversized_functions(project_files, root) == []


@pytest.mark.parametrize(("folder", "limit"), [("src", SOURCE_LINES), ("tests", TEST_LINES)])
def test_a_file_one_line_too_long_is_found(tmp_path: Path, folder: str, limit: int) -> None:
    file = tmp_path / folder / "long.py"
    file.parent.mkdir()
    file.write_text("\n" * limit)
    assert oversized_files([file], tmp_path) == []
    file.write_text("\n" * (limit + 1))
    assert oversized_files([file], tmp_path) == [f"{folder}/long.py: {limit + 1} lines"]


def test_a_function_one_line_too_long_is_found(tmp_path: Path) -> None:
    file = tmp_path / "long.py"
    file.write_text(
        'async def long() -> None:\n    """Say\n\n    much."""\n' + "    pass\n" * (FUNCTION_LINES - 1)
    )
    assert oversized_functions([file], tmp_path) == []
    file.write_text(file.read_text() + "    pass\n")
    assert oversized_functions([file], tmp_path) == ["long.py: long has 41 lines"]


def test_the_makefile_offers_twelve_targets_at_most_each_with_its_line_of_help(root: Path) -> None:
    offered = targets(root / "Makefile")
    assert 0 < len(offered) <= TARGETS
    explained = re.findall(r"^([a-z][a-z-]*):.*## \S", (root / "Makefile").read_text(), re.MULTILINE)
    assert offered == explained
