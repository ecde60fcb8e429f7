"""The mail sink shows a message once it is whole, and never before."""

import asyncio
import os
from pathlib import Path

import pytest
from aiosmtpd.smtp import Envelope

from maillage.runtime.mail import Sink


def test_nobody_who_looks_for_mail_meets_half_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    monkeypatch.setattr(
        os, "fsync", lambda _file: seen.append([each.name for each in tmp_path.glob("*.eml")])
    )
    envelope = Envelope()
    envelope.mail_from, envelope.rcpt_tos = "hub@hub.example", ["zoe@wildix.example"]
    envelope.original_content = b"Subject: Bonjour\r\n\r\nA demain\r\n"
    sink = Sink(tmp_path)
    for _ in range(2):
        answer = asyncio.run(sink.handle_DATA(None, None, envelope))  # type: ignore[arg-type]
        assert answer == "250 Message kept"
    assert [len(names) for names in seen] == [0, 1]
    assert all(b"A demain" in file.read_bytes() for file in tmp_path.glob("*.eml"))
    assert len(list(tmp_path.iterdir())) == 2
