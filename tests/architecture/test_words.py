"""No file names a machine of its writers or the address of a registry: the project runs anywhere."""

from pathlib import Path

import pytest

FORBIDDEN = (
    b"pypi.org",
    b"pythonhosted",
    b"registry.npmjs",
    b"repo1.maven",
    b"repo.maven",
    b"/work/",
    b"/root/",
)
EXCEPTED = {"LICENSE", "tests/architecture/test_words.py"}


def betraying(files: list[Path], root: Path) -> list[str]:
    """Name the files that hold a forbidden word, with their lines."""
    found = []
    for file in files:
        if str(file.relative_to(root)) in EXCEPTED:
            continue
        for number, line in enumerate(file.read_bytes().splitlines(), start=1):
            found += [
                f"{file.relative_to(root)}:{number}: {word.decode()}" for word in FORBIDDEN if word in line
            ]
    return found


def test_no_file_names_a_machine_or_a_registry(project_files: list[Path], root: Path) -> None:
    assert betraying(project_files, root) == []


@pytest.mark.parametrize("word", FORBIDDEN)
def test_a_planted_word_is_found(tmp_path: Path, word: bytes) -> None:
    file = tmp_path / "notes.md"
    file.write_bytes(b"plain\nsee " + word + b" there\n")
    assert betraying([file], tmp_path) == [f"notes.md:2: {word.decode()}"]
