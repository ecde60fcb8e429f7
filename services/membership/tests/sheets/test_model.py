"""A file is read whoever saved it: its encoding, separator and columns, and where each record begins."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from import_builders import FAB_MANAGER, a_fab_manager_line, a_file

from chassis.errors import Refused
from membership.sheets import model
from membership.sheets.model import SEPARATORS, Kind, cells, read

TITLES = ("Nom", "Prénom", "Courriel", "Remarque")
TEXT = st.text(st.characters(codec="cp1252", exclude_categories=["C"]) | st.just("\n"), max_size=12)
ROWS = st.lists(
    st.tuples(TEXT, TEXT, TEXT, TEXT).filter(lambda row: "".join(row).strip()), min_size=1, max_size=8
)


@given(ROWS, st.sampled_from(SEPARATORS), st.sampled_from(["utf-8", "utf-8-sig"]))
def test_whatever_a_spreadsheet_writes_is_read_back_cell_by_cell(
    rows: list[tuple[str, ...]], separator: str, encoding: str
) -> None:
    sheet = read(a_file(rows, TITLES, separator, encoding), "members")
    assert (sheet.encoding, sheet.separator, sheet.titles) == ("utf-8-sig", separator, TITLES)
    assert [row.cells for row in sheet.rows] == rows


def test_a_file_of_windows_is_told_by_its_bytes() -> None:
    sheet = read(a_file([("Lœuillet", "Zoé", "", "5 €")], TITLES, ";", "cp1252"), "members")
    assert sheet.encoding == "cp1252"
    assert sheet.rows[0].cells == ("Lœuillet", "Zoé", "", "5 €")


@given(ROWS)
def test_a_record_is_numbered_by_the_line_on_which_it_begins(rows: list[tuple[str, ...]]) -> None:
    text = a_file(rows, TITLES).decode()
    for row in read(text.encode(), "members").rows:
        before = "".join(io.StringIO(text, newline="").readlines()[: row.line - 1])
        rest = text[len(before) :]
        assert tuple(next(csv.reader(io.StringIO(rest, newline=""), delimiter=";"))) == row.cells


def test_empty_lines_are_left_out_and_still_counted() -> None:
    sheet = read(b"Nom;Pr\xc3\xa9nom\n\n;\nVidal;Noe\n", "members")
    assert [row.line for row in sheet.rows] == [4]


@pytest.mark.parametrize(
    "titles",
    [("NOM", "Prenom", "E-mail"), ("Last name", "First name", "mail"), ("nom*", " prénom ", "COURRIEL")],
)
def test_a_column_is_known_whatever_its_case_accents_and_language(titles: tuple[str, ...]) -> None:
    sheet = read(a_file([("Vidal", "Noé", "noe@example.org")], titles), "members")
    found = cells(sheet.rows[0].cells, sheet.places)
    assert found == {"family_name": "Vidal", "given_name": "Noé", "mail": "noe@example.org"}


def test_the_export_of_fab_manager_is_known_by_its_titles_and_the_rest_is_not_read() -> None:
    sheet = read(a_file([a_fab_manager_line(1)], FAB_MANAGER, ","), "fab-manager")
    assert sheet.separator == ","
    found = cells(sheet.rows[0].cells, sheet.places)
    assert (found["reference"], found["plan"], found["audience"]) == ("1", "Sans Abonnement", "standard")
    assert "Genre" in sheet.titles
    assert len(sheet.places) == 10


def test_a_line_that_is_too_short_says_nothing_of_its_last_columns() -> None:
    assert cells(("Vidal",), {"family_name": 0, "given_name": 1}) == {"family_name": "Vidal"}


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (b"", "members", "file-without-lines"),
        (b"Nom;Prenom\n", "members", "file-without-lines"),
        (b"Nom;Courriel\na;b\n", "members", "columns-missing"),
        (b"Formule\nNomade\n", "plans", "columns-missing"),
        (b"Nom;Prenom;Mail;Courriel\na;b;c;d\n", "members", "column-twice"),
        (b'Nom;Prenom\na;"b\nc;d\n', "members", "quote-open"),
        (b"PK\x03\x04xl/workbook.xml", "members", "file-is-no-text"),
        (b"Nom;Pr\x00nom\na;b\n", "members", "file-is-no-text"),
        (b"Nom;Pr\x81nom\na;b\n", "members", "file-is-no-text"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(content: bytes, kind: Kind, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read(content, kind)
    assert refused.value.code == code


def test_a_file_may_be_long_but_not_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "MOST_LINES", 3)
    rows = [("Vidal", str(number), "", "") for number in range(4)]
    assert len(read(a_file(rows[:3], TITLES), "members").rows) == 3
    with pytest.raises(model.FileTooLong):
        read(a_file(rows, TITLES), "members")
