"""The jars of Kafka are those of the lock, byte for byte, and a download that was cut is done again."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from maillage.runtime import jars
from maillage.runtime.jars import Jar, locked
from maillage.sentences import DOWNLOAD_FAILED, StartError

SMALL = Jar("org.example:small:1.0", hashlib.sha256(b"jar!").hexdigest(), 4)


class Repository:
    """Stands for jgo's context: what it fetches is what the test says."""

    def __init__(self, content: bytes | OSError) -> None:
        self.content = content
        self.artifact = self

    def create_dependency(self, _coordinate: str) -> Repository:
        return self

    def resolve(self) -> Path:
        if isinstance(self.content, OSError):
            raise self.content
        SMALL.path.parent.mkdir(parents=True, exist_ok=True)
        SMALL.path.write_bytes(self.content)
        return SMALL.path


@pytest.fixture(autouse=True)
def repository(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("M2_REPO", str(tmp_path))
    return tmp_path


def test_the_lock_names_one_release_of_kafka_once_each() -> None:
    names = [jar.coordinate.rsplit(":", 1)[0] for jar in locked()]
    assert len(names) == len(set(names)) > 40
    kafka = {
        jar.coordinate.split(":")[2] for jar in locked() if jar.coordinate.startswith("org.apache.kafka:")
    }
    assert len(kafka) == 1
    assert all(len(jar.sha256) == 64 and jar.size > 0 for jar in locked())


def test_a_jar_cut_short_counts_as_missing(repository: Path) -> None:
    SMALL.path.parent.mkdir(parents=True)
    SMALL.path.write_bytes(b"ja")
    assert not SMALL.intact()
    assert SMALL.path.is_relative_to(repository)
    assert jars._fetch_one(Repository(b"jar!"), SMALL) == 4  # type: ignore[arg-type]  # noqa: SLF001 - the unit
    assert SMALL.intact()


def test_other_bytes_than_locked_are_refused_and_not_kept() -> None:
    with pytest.raises(StartError) as failure:
        jars._fetch_one(Repository(b"evil"), SMALL)  # type: ignore[arg-type]  # noqa: SLF001 - the unit
    assert failure.value.sentence is DOWNLOAD_FAILED
    assert not SMALL.path.exists()


def test_a_network_that_fails_is_told_with_the_jar_and_the_way_out() -> None:
    with pytest.raises(StartError) as failure:
        jars._fetch_one(Repository(OSError("no route to host")), SMALL)  # type: ignore[arg-type]  # noqa: SLF001 - the unit
    assert "org.example:small:1.0 cannot be downloaded: no route to host" in failure.value.said("en")
    assert "HTTPS_PROXY" in failure.value.cure("fr")
