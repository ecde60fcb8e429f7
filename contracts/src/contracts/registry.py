"""Owns the list of what is said: every topic, every event class, and the service that owns it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType

from contracts import billing, booking, membership, notifications
from contracts.envelope import Fact, Topic
from contracts.marks import personal_fields


def fact_class(type_name: str) -> type[Fact] | None:
    """The class of an event type; none for a type that this release does not know."""
    return FACTS.get(type_name)


def topics() -> tuple[Topic, ...]:
    """Every topic, in order of name: what a platform creates before its services start."""
    return tuple(sorted({fact.topic for fact in FACTS.values()}, key=lambda topic: topic.name))


def facts_on(topic: Topic) -> tuple[type[Fact], ...]:
    return tuple(fact for fact in FACTS.values() if fact.topic == topic)


def events_of(module: ModuleType) -> tuple[type[Fact], ...]:
    """The event classes that a module shows: those that name a topic themselves."""
    return tuple(
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Fact) and "type" in vars(value)
    )


def inconsistencies(said: Mapping[str, Iterable[type[Fact]]]) -> list[str]:
    """What is wrong with the classes of each service, one sentence each; empty when all is well."""
    facts = [fact for classes in said.values() for fact in classes]
    return [*_of_each(said), *_of_types(facts), *_of_topics(facts)]


def _of_each(said: Mapping[str, Iterable[type[Fact]]]) -> Iterator[str]:
    for service, classes in said.items():
        for fact in classes:
            if fact.topic.service != service:
                yield f"{fact.type} is told by {service}, yet its topic is {fact.topic.name}."
            if not (fact.__doc__ or "").strip():
                yield f"{fact.type} does not say what it means."
            yield from _of_key(fact)
            yield from _of_personal(fact)


def _of_key(fact: type[Fact]) -> Iterator[str]:
    key = fact.model_fields.get(fact.topic.key)
    if key is None:
        yield f"{fact.type} lacks {fact.topic.key}, the key of {fact.topic.name}."
    elif not key.is_required():
        yield f"{fact.type} may leave out {fact.topic.key}, the key of {fact.topic.name}."


def _of_personal(fact: type[Fact]) -> Iterator[str]:
    sealed = personal_fields(fact)
    for field, subject in sealed.items():
        if "." in field:
            yield f"{fact.type} seals {field} inside another value; sealed fields stand at the top."
        if subject not in fact.model_fields:
            yield f"{fact.type} seals {field} under {subject}, which it does not have."
    if bool(sealed) != (fact.data_class == "personal"):
        yield f"{fact.type} is {fact.data_class} and seals {len(sealed)} fields."


def _of_types(facts: list[type[Fact]]) -> Iterator[str]:
    for name, count in Counter(fact.type for fact in facts).items():
        if count > 1:
            yield f"{name} is told by {count} classes."


def _of_topics(facts: list[type[Fact]]) -> Iterator[str]:
    for name, count in Counter(topic.name for topic in {fact.topic for fact in facts}).items():
        if count > 1:
            yield f"{name} is described in {count} different ways."


SERVICES: dict[str, tuple[type[Fact], ...]] = {
    "membership": events_of(membership),
    "booking": events_of(booking),
    "billing": events_of(billing),
    "notifications": events_of(notifications),
}
"""The event classes of each service."""

if _wrong := inconsistencies(SERVICES):
    raise ValueError(" ".join(_wrong))

PLATFORM_TOPICS = frozenset(
    {
        membership.PERSONS,
        membership.SUBJECT_KEYS,
        membership.ORGANISATIONS,
        membership.NETWORKS,
        membership.SHARING_AGREEMENTS,
        membership.ERASURES,
        booking.BOOKING_ERASURES,
        billing.BILLING_ERASURES,
        notifications.NOTIFICATIONS_ERASURES,
    }
)
"""Topics whose events belong to no territory and travel under 000000000."""

FACTS: dict[str, type[Fact]] = {fact.type: fact for classes in SERVICES.values() for fact in classes}
"""Every event class by the name of its type."""
