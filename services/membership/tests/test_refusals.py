"""Every refusal of membership says the same in both languages, values and cure included."""

import importlib
import pkgutil
from string import Formatter

import pytest

import membership
from chassis.errors import Refused

MODULES = [
    importlib.import_module(module.name)
    for module in pkgutil.walk_packages(membership.__path__, "membership.")
    if module.name.endswith(".model")
]
REFUSALS = sorted(
    {
        kind
        for module in MODULES
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Refused) and kind.__module__ == module.__name__
    },
    key=lambda kind: kind.code,
)


def named(text: str) -> set[str]:
    """The values that a sentence speaks of; one that is itself in words is given in each language."""
    return {name.removesuffix("_fr") for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("kind", REFUSALS, ids=[kind.code for kind in REFUSALS])
def test_a_refusal_names_its_values_and_its_cure_in_both_languages(kind: type[Refused]) -> None:
    english = kind.__doc__ or ""
    assert named(english) == named(kind.fr)
    assert english.strip() != kind.fr
    assert kind.cure is not None
    assert named(kind.cure[0]) == named(kind.cure[1])
    assert all(text.strip().endswith(".") for text in (english, kind.fr, *kind.cure))


def test_no_two_refusals_share_a_code() -> None:
    codes = [kind.code for kind in REFUSALS]
    assert len(codes) > 20
    assert len(codes) == len(set(codes))
