"""The journal: what it wrote stands after a loss of power, what was torn does not."""

from pathlib import Path

from maillage_controller.journal import Journal


def test_what_was_written_is_read_again_in_order(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "a" / "journal.jsonl")
    journal.write({"id": "1"})
    journal.write({"id": "2"})
    assert Journal(tmp_path / "a" / "journal.jsonl").entries == [{"id": "1"}, {"id": "2"}]


def test_a_torn_line_counts_as_not_written_and_the_next_one_stands(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b'{"id": "1"}\n{"id": "2", "act": "sta')
    journal = Journal(path)
    assert journal.entries == [{"id": "1"}]
    journal.write({"id": "3"})
    assert Journal(path).entries == [{"id": "1"}, {"id": "3"}]
