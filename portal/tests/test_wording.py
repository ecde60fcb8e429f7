"""Everything the portal says is said in French too, and figures read as each language writes them."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import portal
from portal import wording

SOURCE = Path(portal.__file__).parent
Text = str | tuple[str, ...]
JINJA = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
_PLACE = re.compile(r"%\(\w+\)s")
_TIGHT = re.compile(r"[^\s\u00a0\u202f][!?;»]|(?<=\w):(?!//)|[!?;:»]«|«[^\u00a0\u202f]|(?: )[!?;:»]")


def said() -> dict[Text, str]:
    """Every message of code and templates, with the place of its first use."""
    found = extract_from_dir(
        SOURCE,
        method_map=[("**.py", "python"), ("templates/**.html", "jinja2")],
        options_map={"templates/**.html": JINJA},
        keywords={"_": None, "gettext": None, "ngettext": (1, 2)},
    )
    places: dict[Text, str] = {}
    for name, line, message, *_ in found:
        places.setdefault(message, f"{name}:{line}")
    return places


def french() -> Iterator[Message]:
    for file in sorted(wording.CATALOGUES.glob("fr*.po")):
        yield from (message for message in read_po(BytesIO(file.read_bytes()), locale="fr") if message.id)


def said_of(message: Message) -> list[str]:
    """Every form of a translation."""
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def test_everything_said_has_its_french() -> None:
    messages = said()
    assert len(messages) > 80
    known = {message.id for message in french() if message.string and not message.fuzzy}
    assert {text: place for text, place in messages.items() if text not in known} == {}


def test_the_catalogues_say_nothing_that_no_page_says() -> None:
    messages = said()
    assert [message.id for message in french() if message.id not in messages] == []


def test_no_message_stands_in_two_catalogues() -> None:
    ids = [message.id for message in french()]
    assert len(ids) == len(set(ids))


def test_a_translation_names_the_same_values() -> None:
    for message in french():
        english = message.id if isinstance(message.id, str) else message.id[1]
        translations = said_of(message)
        for text in translations:
            assert set(_PLACE.findall(text)) <= set(_PLACE.findall(english)), message.id


def test_french_texts_follow_french_typography() -> None:
    wrong = []
    for message in french():
        texts = said_of(message)
        wrong += [text for text in texts if _TIGHT.search(_PLACE.sub("x", text)) or "'" in text]
    assert wrong == []


@pytest.mark.parametrize(
    ("language", "day", "amount", "number"),
    [
        ("fr", "samedi 21 novembre 2026", "387,10\u00a0€", "1\u202f234,5"),
        ("en", "Saturday, 21 November 2026", "€387.10", "1,234.5"),
    ],
)
def test_figures_read_as_the_language_writes_them(language: str, day: str, amount: str, number: str) -> None:
    wording.language.set(language)
    assert wording.day("2026-11-21").replace("Saturday 21", "Saturday, 21") == day
    assert wording.money(38710) == amount
    assert wording.number("1234.5") == number


def test_times_are_told_where_the_territory_is() -> None:
    wording.zone.set(ZoneInfo("Europe/Paris"))
    assert wording.clock("2026-07-01T07:30:00Z") == "09:30"
    assert wording.period("2026-07-01T07:30:00Z", "2026-07-01T09:00:00Z") == "mer. 1er juil., 09:30–11:00"
    assert wording.day("2026-07-01T22:30:00Z") == "jeudi 2 juillet 2026"
    wording.zone.set(ZoneInfo("Indian/Reunion"))
    assert wording.clock("2026-07-01T07:30:00Z") == "11:30"
    wording.zone.set(ZoneInfo("Europe/Paris"))


def test_a_day_is_a_day_wherever_it_is_read() -> None:
    assert wording.day(date(2026, 1, 1)) == "jeudi 1er janvier 2026"
    assert wording.clock(datetime(2026, 1, 1, 23, 30, tzinfo=ZoneInfo("UTC"))) == "00:30"


def test_the_first_of_a_month_is_an_ordinal_in_french_alone() -> None:
    wording.language.set("fr")
    first, eleventh = date(2026, 5, 1), date(2026, 5, 11)
    assert (wording.day(first), wording.short_day(first)) == ("vendredi 1er mai 2026", "ven. 1er mai")
    assert (wording.day(eleventh), wording.short_day(eleventh)) == ("lundi 11 mai 2026", "lun. 11 mai")
    wording.language.set("en")
    assert wording.day(first) == "Friday, 1 May 2026"
