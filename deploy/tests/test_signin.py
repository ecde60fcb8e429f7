"""Signing in by mail reads what the sink has kept whole, and nothing else."""

from pathlib import Path

import pytest

from maillage import signin
from maillage.sentences import StartError

LETTER = "To: ines@carcassonne.example\r\nContent-Type: text/plain\r\n\r\nYour code: {}\r\n"


def test_a_mail_that_is_being_written_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signin, "PATIENCE", 0.2)
    (tmp_path / "2-0000.eml.part").write_text(LETTER.format("111111"))
    with pytest.raises(StartError):
        signin._code("ines@carcassonne.example", tmp_path, set())  # noqa: SLF001 - the rest needs a platform
    (tmp_path / "1-0000.eml").write_text(LETTER.format("222222"))
    assert signin._code("ines@carcassonne.example", tmp_path, set()) == "222222"  # noqa: SLF001 - the same
