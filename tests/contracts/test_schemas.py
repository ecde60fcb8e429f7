"""The committed schemas say what the classes say, and old events are still read."""

import json
import shutil
from pathlib import Path

import pytest

from contracts import schemas
from contracts.__main__ import main
from contracts.booking import BookingConfirmed
from contracts.envelope import Fact
from contracts.examples import example
from contracts.registry import FACTS
from contracts.schemas import Revisions, schema_of
from contracts.shape import JsonObject, shape

COMMITTED = Path(__file__).parents[2] / "contracts"
RETAINED = schemas.retained(COMMITTED / "schemas")
LATEST = RETAINED[BookingConfirmed.type].numbers()[-1]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what is committed, to be changed."""
    shutil.copytree(COMMITTED / "schemas", tmp_path / "schemas")
    shutil.copy(COMMITTED / "asyncapi.yaml", tmp_path)
    return tmp_path


def rewrite(path: Path, **changes: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_what_is_committed_is_what_the_classes_say() -> None:
    assert main(["check", "--root", str(COMMITTED)]) == 0
    assert set(RETAINED) == set(FACTS)


def test_writing_what_is_current_changes_no_file(copy: Path) -> None:
    before = {path: path.read_bytes() for path in copy.rglob("*.*") if path.is_file()}
    assert main(["schemas", "--root", str(copy)]) == 0
    assert main(["asyncapi", "--root", str(copy)]) == 0
    assert {path: path.read_bytes() for path in copy.rglob("*.*") if path.is_file()} == before


@pytest.mark.parametrize("revisions", RETAINED.values(), ids=RETAINED)
def test_the_example_of_every_retained_revision_is_still_read(revisions: Revisions) -> None:
    fact = FACTS[revisions.type]
    for shown in revisions.examples():
        said = fact.model_validate_json(json.dumps(shown))
        again = json.loads(said.model_dump_json(exclude_none=True))
        assert {name: again[name] for name in shown if name in fact.model_fields} == {
            name: value for name, value in shown.items() if name in fact.model_fields
        }


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
def test_an_example_fills_every_field(fact: type[Fact]) -> None:
    assert set(example(schema_of(fact))) == set(fact.model_fields)


def test_a_field_without_example_is_named() -> None:
    schema: JsonObject = {
        "type": "object",
        "properties": {"a": {"type": "array", "items": {"type": "string"}}},
    }
    with pytest.raises(ValueError, match=r"a\[\] gives no example"):
        example(schema)


def test_a_new_shape_becomes_a_new_revision_and_the_old_one_stays(tmp_path: Path) -> None:
    revisions = Revisions(tmp_path / BookingConfirmed.type)
    first = schema_of(BookingConfirmed)
    second = json.loads(json.dumps(first))
    second["properties"]["added"] = {"type": "string", "default": "", "examples": ["x"]}
    revisions.keep(first)
    revisions.keep(second)
    assert revisions.schemas() == [first, second]
    assert [("added" in shown) for shown in revisions.examples()] == [False, True]


def test_new_words_replace_the_last_revision(tmp_path: Path) -> None:
    revisions = Revisions(tmp_path / BookingConfirmed.type)
    first = schema_of(BookingConfirmed)
    reworded = {**first, "description": "The place is taken."}
    revisions.keep(first)
    revisions.keep(reworded)
    assert revisions.schemas() == [reworded]
    assert shape(first) == shape(reworded)


def test_revisions_are_counted_and_not_sorted_as_text(tmp_path: Path) -> None:
    for number in (10, 2, 1):
        (tmp_path / f"r{number}.json").write_text(json.dumps({"title": str(number)}))
        (tmp_path / f"r{number}.example.json").write_text("{}")
    assert Revisions(tmp_path).numbers() == [1, 2, 10]
    assert [schema["title"] for schema in Revisions(tmp_path).schemas()] == ["1", "2", "10"]


def newest(copy: Path) -> Path:
    """The last revision of the event that these tests spoil."""
    folder = copy / "schemas" / BookingConfirmed.type
    return folder / f"r{Revisions(folder).numbers()[-1]}.json"


def test_a_breaking_change_is_told_and_nothing_is_written(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = newest(copy)
    required = [*schema_of(BookingConfirmed)["required"], "attendees"]
    rewrite(kept, required=required)
    before = kept.read_bytes()
    for command in ("schemas", "check"):
        assert main([command, "--root", str(copy)]) == 1
        assert capsys.readouterr().err.splitlines()[0] == (
            f"maillage.booking.BookingConfirmed.v1: attendees (made-optional, against {kept.stem}): "
            "it became optional: older readers demand it; keep it required."
        )
    assert kept.read_bytes() == before
    assert newest(copy) == kept


def test_a_class_that_disappears_is_told(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(copy / "schemas" / BookingConfirmed.type, copy / "schemas" / "maillage.booking.Gone.v1")
    assert main(["check", "--root", str(copy)]) == 1
    said = capsys.readouterr().err
    assert said.startswith(
        "maillage.booking.Gone.v1: the whole event (type-removed, against "
        f"{newest(copy).stem}): its class is gone"
    )


def test_a_committed_file_that_lags_behind_is_told(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rewrite(newest(copy), description="Old words.")
    (copy / "asyncapi.yaml").unlink()
    assert main(["check", "--root", str(copy)]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "maillage.booking.BookingConfirmed.v1: its schema is not current: run `python -m contracts schemas`.",
        "asyncapi.yaml is not current: run `python -m contracts asyncapi`.",
    ]


def test_a_missing_folder_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--root", str(tmp_path)]) == 1
    assert "schemas does not exist: run `python -m contracts schemas`." in capsys.readouterr().err


def test_everything_can_be_written_from_nothing(tmp_path: Path) -> None:
    assert main(["schemas", "--root", str(tmp_path)]) == 0
    assert main(["asyncapi", "--root", str(tmp_path)]) == 0
    assert main(["check", "--root", str(tmp_path)]) == 0
    assert schemas.stale(tmp_path / "schemas") == []
