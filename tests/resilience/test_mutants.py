"""A fault planted in the chassis is caught by the tests named for it; the chassis as it is passes them."""

from pathlib import Path

import pytest
from mutants.breaking import StaleMutant, copy_chassis, run_tests
from mutants.catalogue import MUTANTS, Mutant

pytestmark = [pytest.mark.mutants, pytest.mark.kafka, pytest.mark.timeout(300)]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_fault_is_caught(mutant: Mutant, tmp_path: Path, postgres: str, kafka: str) -> None:
    copy_chassis(tmp_path, mutant)
    result = run_tests(tmp_path, mutant.caught_by)
    assert result.failed == len(mutant.caught_by), result.said
    assert result.errors == 0, result.said


@pytest.mark.parametrize("suite", ["chassis/tests", "tests/resilience"])
def test_the_chassis_as_it_is_passes_the_same_tests(
    suite: str, tmp_path: Path, postgres: str, kafka: str
) -> None:
    copy_chassis(tmp_path, None)
    tests = dict.fromkeys(test for mutant in MUTANTS for test in mutant.caught_by)
    named = tuple(test for test in tests if test.startswith(suite))
    result = run_tests(tmp_path, named)
    assert (result.failed, result.errors) == (0, 0), result.said
    assert result.passed >= len(named)


def test_a_mutant_whose_text_is_gone_is_no_silent_success(tmp_path: Path) -> None:
    gone = Mutant("gone", "relay.py", "this text stands nowhere", "", ())
    with pytest.raises(StaleMutant, match="0 times in relay"):
        copy_chassis(tmp_path, gone)
