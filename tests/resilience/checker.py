"""Decides whether a history keeps the promises of the event path, and how much it looked at to know."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from history import Effect, History, Record

MOST_NAMED = 5  # violations of one invariant that are written out


@dataclass(slots=True)
class Verdict:
    """What one invariant says of a history."""

    checked: int = 0
    violations: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether there was something to look at, and nothing wrong with it."""
        return self.checked > 0 and not self.violations

    def look(self, *, at: int = 1) -> None:
        self.checked += at

    def fault(self, sentence: str) -> None:
        self.violations.append(sentence)

    def expect(self, holds: bool, sentence: str) -> None:  # noqa: FBT001 - the word is the condition
        self.look()
        if not holds:
            self.fault(sentence)


def check(history: History) -> dict[str, Verdict]:
    """Judge the history by every invariant, in the order of their numbers."""
    return {name: judge(history) for name, judge in INVARIANTS.items()}


def acknowledged_commands_have_their_event(history: History) -> Verdict:
    """I1: each answered command has exactly one event, about its item and of its number; none is unasked."""
    verdict = Verdict()
    told = defaultdict(list)
    for event in history.logged:
        if event.touch_id is not None:
            told[event.touch_id].append((event.territory_id, event.item_id, event.n))
    for command in history.commands:
        if command.n is not None:
            expected = [(command.territory_id, command.item_id, command.n)]
            found = told[command.touch_id]
            verdict.expect(found == expected, f"touch {command.touch_id}: {found} instead of {expected}")
    for touch_id in told.keys() - {command.touch_id for command in history.commands}:
        verdict.fault(f"touch {touch_id} was never asked for")
    return verdict


def logged_events_are_in_the_topic(history: History) -> Verdict:
    """I2: the ids of event_log and those of the topics are the same."""
    verdict = Verdict()
    logged = {(event.topic, event.event_id) for event in history.logged}
    recorded = {(record.topic, record.event_id) for record in history.records}
    verdict.look(at=len(logged))
    for topic, event_id in sorted(logged - recorded):
        verdict.fault(f"event {event_id} never reached {topic}")
    for topic, event_id in sorted(recorded - logged):
        verdict.fault(f"{topic} holds {event_id}, which no transaction recorded")
    return verdict


def each_event_has_one_effect(history: History) -> Verdict:
    """I3: each consumer acts once on each event of its topic, and on nothing else."""
    verdict = Verdict()
    done = Counter((effect.consumer, effect.event_id) for effect in history.effects)
    due = {
        (consumer, event.event_id)
        for consumer, topic in history.hears.items()
        for event in history.logged
        if event.topic == topic
    }
    for consumer, event_id in sorted(due):
        times = done[consumer, event_id]
        verdict.expect(times == 1, f"{consumer} acted {times} times on {event_id}")
    for consumer, event_id in sorted(done.keys() - due):
        verdict.fault(f"{consumer} acted on {event_id}, which is not of its topic")
    return verdict


def effects_follow_versions(history: History) -> Verdict:
    """I4, first half: each consumer acts on an item's versions 1, 2, 3 … without gap."""
    verdict = Verdict()
    last: dict[tuple[str, str, str, str], int] = {}
    for effect in sorted(history.effects, key=lambda effect: (effect.consumer, effect.seq)):
        lane = effect.consumer, effect.topic, effect.territory_id, effect.item_id
        before, last[lane] = last.get(lane, 0), effect.version
        verdict.expect(effect.version == before + 1, f"{lane}: version {effect.version} after {before}")
    return verdict


def first_appearances_ascend(history: History) -> Verdict:
    """I4, second half: an item's events appear in its topic first in the order of their versions."""
    verdict = Verdict()
    last: dict[tuple[str, str, str], int] = {}
    for record in sorted(history.records, key=lambda record: record[:3]):
        item = record.topic, record.territory_id, record.item_id
        before = last.get(item, 0)
        if record.version > before:
            last[item] = record.version
            verdict.expect(record.version == before + 1, f"{item}: {record.version} appears after {before}")
    return verdict


def touches_are_conserved(history: History) -> Verdict:
    """I5: everyone who counts an item counts the same, and the last version of it is that count."""
    verdict = Verdict()
    counts: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for counted in history.counts:
        counts[counted.territory_id, counted.item_id][counted.what] = counted.n
    everyone = {counted.what for counted in history.counts}
    for item, said in sorted(counts.items()):
        agreed = said.keys() == everyone and len(set(said.values())) == 1
        verdict.expect(agreed, f"{item}: {dict(sorted(said.items()))}, of {sorted(everyone)}")
    return verdict


def nothing_crosses_territories(history: History) -> Verdict:
    """I7: an event is, in its topic and at each consumer, of the item and territory that recorded it."""
    verdict = Verdict()
    origin = {event.event_id: (event.territory_id, event.item_id, event.version) for event in history.logged}
    rows: list[Record | Effect] = [*history.records, *history.effects]
    for row in rows:
        found = row.territory_id, row.item_id, row.version
        if (recorded := origin.get(row.event_id)) is not None:
            verdict.expect(found == recorded, f"{row.event_id} of {recorded} shows up as {found}")
    asked = {command.touch_id: command.territory_id for command in history.commands}
    for event in history.logged:
        if event.touch_id in asked:
            right = asked[event.touch_id] == event.territory_id
            verdict.expect(right, f"touch {event.touch_id} was recorded in {event.territory_id}")
    return verdict


def nothing_is_left_over(history: History) -> Verdict:
    """I8: at rest no lane, no timer, no row of an outbox remains."""
    verdict = Verdict()
    for what, rows in sorted(history.leftovers.items()):
        verdict.expect(rows == 0, f"{what} still has {rows} rows")
    return verdict


def watermarks_meet_counters(history: History) -> Verdict:
    """I9: each consumer's watermark is the producer's counter, item by item, and nothing is parked."""
    verdict = Verdict()
    reached = {
        (mark.consumer, mark.topic, mark.territory_id, mark.item_id): mark for mark in history.watermarks
    }
    for consumer, (topic, territory_id, item_id), version in _due(history):
        mark = reached.pop((consumer, topic, territory_id, item_id), None)
        holds = mark is not None and mark.version == version and not mark.parked
        verdict.expect(holds, f"{consumer}: {territory_id}/{item_id} is at {mark}, not at {version}")
    for left in reached.values():
        verdict.fault(f"{left.consumer} knows {left.territory_id}/{left.item_id}, which nobody counts")
    return verdict


def _due(history: History) -> Iterator[tuple[str, tuple[str, str, str], int]]:
    for consumer, heard in history.hears.items():
        for place, version in history.counters.items():
            if place[0] == heard:
                yield consumer, place, version


INVARIANTS: Mapping[str, Callable[[History], Verdict]] = {
    "I1 acknowledged commands have their event": acknowledged_commands_have_their_event,
    "I2 event_log is the topic": logged_events_are_in_the_topic,
    "I3 one effect per consumer and event": each_event_has_one_effect,
    "I4 effects follow versions": effects_follow_versions,
    "I4 first appearances ascend": first_appearances_ascend,
    "I5 touches are conserved": touches_are_conserved,
    "I7 nothing crosses territories": nothing_crosses_territories,
    "I8 nothing is left over": nothing_is_left_over,
    "I9 watermarks meet counters": watermarks_meet_counters,
}
