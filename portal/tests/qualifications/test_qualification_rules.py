"""How the form of a machine class reads, and which recognitions a page shows."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from portal.qualifications import model

words = st.text("abcdéè ’", min_size=1, max_size=12).map(str.strip).filter(bool)
wordings = st.fixed_dictionaries({"fr": words, "en": words})
months = st.none() | st.integers(1, 120)


@given(wordings, st.lists(wordings, min_size=1, max_size=model.LEVELS), months, months)
def test_the_form_of_a_class_reads_as_the_class_it_was_written_from(
    name: dict[str, str], levels: list[dict[str, str]], valid: int | None, lapse: int | None
) -> None:
    rules: dict[str, Any] = {"name": name, "levels": levels, "valid_months": valid, "lapse_months": lapse}
    read = model.rules(model.fields(rules))
    assert (read["name"], read["levels"]) == (name, levels)
    for field, value in (("valid_months", valid), ("lapse_months", lapse)):
        assert read.get(field) == (None if value is None else str(value))


def test_what_is_said_in_one_language_only_is_said_so_in_both() -> None:
    assert model.rules({"name_fr": "Découpe laser", "level_en_0": "Use"}) == {
        "name": {"fr": "Découpe laser", "en": "Découpe laser"},
        "levels": [{"fr": "Use", "en": "Use"}],
    }


def test_what_is_given_is_told_apart_from_what_is_taken_and_what_is_over_is_left_out() -> None:
    def one(home: str, host: str, until: str | None, ended: str | None = None) -> dict[str, Any]:
        return {"home_id": home, "host_id": host, "valid_until": until, "ended_on": ended}

    given_, taken = one("a", "b", None), one("b", "a", "2026-04-03")
    over = [one("a", "b", "2026-04-02"), one("b", "a", None, "2026-04-01")]
    assert model.split([given_, taken, *over], "b", "2026-04-02") == ([given_], [taken])
