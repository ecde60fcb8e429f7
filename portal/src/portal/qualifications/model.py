"""Decides how a form reads as the rules of a machine class, and what a page lists of recognitions: pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

Json = dict[str, Any]

LEVELS: Final = 4
_MONTHS: Final = ("valid_months", "lapse_months")


def fields(rules: Json) -> dict[str, str]:
    """Write the rules of a class into the fields of the form."""
    found = {name: rules.get(name) for name in _MONTHS}
    found |= {f"name_{language}": text for language, text in rules.get("name", {}).items()}
    for number, level in enumerate(rules.get("levels", ())):
        found |= {f"level_{language}_{number}": text for language, text in level.items()}
    return {name: "" if value is None else str(value) for name, value in found.items()}


def rules(form: Mapping[str, str]) -> Json:
    """Read the fields of the form as rules; what is said in one language only is said so in both."""
    levels = [_wording(form, f"level_{{}}_{number}") for number in range(LEVELS)]
    months = {name: form[name] for name in _MONTHS if form.get(name)}
    name = _wording(form, "name_{}") or {"fr": "", "en": ""}
    return {"name": name, "levels": [level for level in levels if level], **months}


def sirens(*lists: Sequence[Json]) -> set[str]:
    """Name the territories that records speak of."""
    names = ("territory_id", "home_territory_id", "home_id", "host_id")
    return {each[name] for records in lists for each in records for name in names if each.get(name)}


def split(recognitions: Sequence[Json], territory: str, today: str) -> tuple[list[Json], list[Json]]:
    """Part what the territory recognises from what others recognise of it; what is over is left out."""
    lasting = [each for each in recognitions if (until(each) or "9999") > today]
    return (
        [each for each in lasting if each["host_id"] == territory],
        [each for each in lasting if each["home_id"] == territory],
    )


def until(recognition: Json) -> str | None:
    """Return the first day without a recognition; None where it has no end."""
    found: str | None = recognition["ended_on"] or recognition["valid_until"]
    return found


def _wording(form: Mapping[str, str], name: str) -> Json:
    french, english = (form.get(name.format(language), "").strip() for language in ("fr", "en"))
    return {"fr": french or english, "en": english or french} if french or english else {}
