"""Asserts in tests what the checker finds, with its words when it finds something."""

from checker import check
from history import History


def assert_holds(history: History) -> None:
    """Fail, naming them, when an invariant is violated or had nothing to look at."""
    broken = {
        name: verdict.violations[:5] or "nothing was checked"
        for name, verdict in check(history).items()
        if not verdict.holds
    }
    assert broken == {}, broken
