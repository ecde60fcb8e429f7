"""Each invariant finds the fault that is planted for it, and says so when it had nothing to look at."""

from collections.abc import Callable

import pytest
from checker import INVARIANTS, check
from history import Command, Counted, Effect, History, Logged, Record, Watermark

ALPHA, BETA = "alpha.items.v1", "beta.charges.v1"
HEARS = {"beta.charges": ALPHA, "beta.rights": ALPHA, "alpha.receipts": BETA}
HERE, THERE = "200035715", "200035723"
ITEM = "item-0001"


def a_sound_history() -> History:
    """Build what two touches of one item, known in two territories, leave behind."""
    history = History(HEARS)
    for territory in (HERE, THERE):
        for n in (1, 2):
            touch, item = f"touch-{territory}-{n}", f"item-event-{territory}-{n}"
            charge = f"charge-event-{territory}-{n}"
            history.commands.append(Command(territory, ITEM, touch, n))
            history.logged.append(Logged("alpha", territory, ALPHA, ITEM, n, item, n, touch))
            history.logged.append(Logged("beta", territory, BETA, ITEM, n, charge, n, None))
            offset = n + 10 * (territory == THERE)
            history.records.append(Record(ALPHA, 0, offset, territory, ITEM, n, item))
            history.records.append(Record(BETA, 0, offset, territory, ITEM, n, charge))
            for consumer, topic in HEARS.items():
                event = item if topic == ALPHA else charge
                history.effects.append(Effect(consumer, offset, territory, topic, ITEM, n, event))
        history.counts += [
            Counted(what, territory, ITEM, 2) for what in ("items", "totals", "rights", "receipts")
        ]
        for topic in (ALPHA, BETA):
            history.counters[topic, territory, ITEM] = 2
        history.watermarks += [
            Watermark(consumer, topic, territory, ITEM, 2, parked=False) for consumer, topic in HEARS.items()
        ]
    history.leftovers = {"alpha.outbox": 0, "beta.lane": 0}
    return history


def faults(history: History) -> list[str]:
    return [name for name, verdict in check(history).items() if verdict.violations]


def test_a_sound_history_keeps_every_promise() -> None:
    verdicts = check(a_sound_history())
    assert all(verdict.holds for verdict in verdicts.values())
    assert {name: verdict.checked for name, verdict in verdicts.items()} == {
        "I1 acknowledged commands have their event": 4,
        "I2 event_log is the topic": 8,
        "I3 one effect per consumer and event": 12,
        "I4 effects follow versions": 12,
        "I4 first appearances ascend": 8,
        "I5 touches are conserved": 2,
        "I7 nothing crosses territories": 24,
        "I8 nothing is left over": 2,
        "I9 watermarks meet counters": 6,
    }


def test_a_history_of_nothing_holds_nothing() -> None:
    assert [name for name, verdict in check(History(HEARS)).items() if verdict.holds] == []


def test_a_command_without_answer_may_have_its_event_or_not() -> None:
    history = a_sound_history()
    history.commands[0] = history.commands[0]._replace(n=None)
    history.commands.append(Command(HERE, ITEM, "never-arrived", None))
    assert faults(history) == []


def test_repeats_in_the_topic_are_no_fault_and_are_counted() -> None:
    history = a_sound_history()
    last = max(record.offset for record in history.records)
    repeats = [record._replace(offset=record.offset + last) for record in history.records]
    history.records += repeats
    assert faults(history) == []
    assert history.duplicates == len(repeats)


def lose_an_event(history: History) -> None:
    history.logged = [event for event in history.logged if event.touch_id != f"touch-{HERE}-2"]


def answer_another_number(history: History) -> None:
    history.commands[0] = history.commands[0]._replace(n=7)


def record_a_touch_twice(history: History) -> None:
    history.logged.append(history.logged[0]._replace(event_id="again", version=3))


def record_an_unasked_touch(history: History) -> None:
    history.commands = history.commands[1:]


def lose_a_record(history: History) -> None:
    del history.records[0]


def send_what_was_rolled_back(history: History) -> None:
    history.records.append(Record(ALPHA, 0, 99, HERE, ITEM, 3, "ghost"))


def act_twice(history: History) -> None:
    history.effects.append(history.effects[0]._replace(seq=99))


def act_never(history: History) -> None:
    del history.effects[-1]


def act_on_another_topic(history: History) -> None:
    history.effects.append(history.effects[0]._replace(consumer="alpha.receipts", seq=99))


def act_out_of_order(history: History) -> None:
    places = [place for place, effect in enumerate(history.effects) if effect.consumer == "beta.rights"]
    one, two = history.effects[places[0]], history.effects[places[1]]
    history.effects[places[0]] = one._replace(seq=two.seq)
    history.effects[places[1]] = two._replace(seq=one.seq)


def appear_out_of_order(history: History) -> None:
    first, second = history.records[0], history.records[2]
    history.records[0] = first._replace(offset=second.offset)
    history.records[2] = second._replace(offset=first.offset)


def count_one_too_many(history: History) -> None:
    history.counts[1] = history.counts[1]._replace(n=3)


def forget_an_item(history: History) -> None:
    history.counts = [counted for counted in history.counts if counted[:2] != ("rights", THERE)]


def act_in_another_territory(history: History) -> None:
    history.effects[0] = history.effects[0]._replace(territory_id=THERE)


def record_in_another_territory(history: History) -> None:
    history.logged[0] = history.logged[0]._replace(territory_id=THERE)


def leave_a_lane(history: History) -> None:
    history.leftovers["beta.lane"] = 1


def stop_a_watermark_short(history: History) -> None:
    history.watermarks[0] = history.watermarks[0]._replace(version=1)


def leave_an_item_parked(history: History) -> None:
    history.watermarks[0] = history.watermarks[0]._replace(parked=True)


def lose_a_watermark(history: History) -> None:
    del history.watermarks[0]


def invent_a_watermark(history: History) -> None:
    history.watermarks.append(history.watermarks[0]._replace(item_id="item-0002"))


PLANTED: list[tuple[Callable[[History], None], str]] = [
    (lose_an_event, "I1"),
    (answer_another_number, "I1"),
    (record_a_touch_twice, "I1"),
    (record_an_unasked_touch, "I1"),
    (lose_a_record, "I2"),
    (send_what_was_rolled_back, "I2"),
    (act_twice, "I3"),
    (act_never, "I3"),
    (act_on_another_topic, "I3"),
    (act_out_of_order, "I4 effects"),
    (appear_out_of_order, "I4 first"),
    (count_one_too_many, "I5"),
    (forget_an_item, "I5"),
    (act_in_another_territory, "I7"),
    (record_in_another_territory, "I7"),
    (leave_a_lane, "I8"),
    (stop_a_watermark_short, "I9"),
    (leave_an_item_parked, "I9"),
    (lose_a_watermark, "I9"),
    (invent_a_watermark, "I9"),
]


@pytest.mark.parametrize(("plant", "invariant"), PLANTED, ids=[plant.__name__ for plant, _ in PLANTED])
def test_a_planted_fault_is_found(plant: Callable[[History], None], invariant: str) -> None:
    history = a_sound_history()
    plant(history)
    assert [name for name in faults(history) if name.startswith(invariant)]


def test_every_invariant_has_a_planted_fault() -> None:
    assert all(any(name.startswith(planted) for _, planted in PLANTED) for name in INVARIANTS)
