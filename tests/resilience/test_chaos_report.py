"""The long run says what it did, and refuses to conclude anything from a run that was too small."""

from chaos import Report, parsed, table
from checker import INVARIANTS, Verdict
from faults import KINDS


def a_report() -> Report:
    """Build the report of a run that was large enough and found nothing wrong."""
    return Report(
        seed=1,
        seconds=180,
        acknowledged=5_000,
        asked_again=10,
        unwelcome_answers=[],
        faults=dict.fromkeys(KINDS, 5),
        restarted_by_supervisor={},
        records=10_001,
        duplicates=1,
        invariants={name: Verdict(checked=1) for name in INVARIANTS},
    )


def test_a_run_that_is_large_enough_falls_short_of_nothing() -> None:
    report = a_report()
    assert report.shortfalls(5_000, 5) == []
    assert not report.is_violated


def test_each_way_to_be_too_small_is_named() -> None:
    report = a_report()
    report.acknowledged = 4_999
    report.faults["SIGSTOP"] = 4
    report.faults["poison"] = 0
    report.duplicates = 0
    report.invariants["I5 touches are conserved"].checked = 0
    assert report.shortfalls(5_000, 5) == [
        "4999 commands were acknowledged, fewer than 5000.",
        "4 times «SIGSTOP», fewer than 5.",
        "0 times «poison», fewer than 5.",
        "No record was repeated in a topic: what repeats do was not tested.",
        "I5 touches are conserved: nothing was checked.",
    ]


def test_a_violation_and_an_answer_that_nobody_should_get_are_violations() -> None:
    for spoil in (spoil_an_invariant, spoil_an_answer):
        report = a_report()
        spoil(report)
        assert report.is_violated
        assert "two effects" in table(report)


def spoil_an_invariant(report: Report) -> None:
    report.invariants["I3 one effect per consumer and event"].fault("two effects")


def spoil_an_answer(report: Report) -> None:
    report.unwelcome_answers.append("500 two effects")


def test_the_seed_can_be_set_and_is_drawn_otherwise() -> None:
    assert parsed(["--seed", "7"]).seed == 7
    assert len({parsed([]).seed for _ in range(5)}) > 1
