"""Owns the facts about series: bookings that come again by a rule, and what becomes of their dates."""

from typing import Annotated

from pydantic import Field

from contracts.booking.bookings import RecurrenceId, SeriesId
from contracts.envelope import Fact, Topic
from contracts.marks import Known, about
from contracts.values import BookingId, Day, Instant, Period, PersonId, ResourceId, SiteId, Value, Zone

SERIES = Topic("booking.series.v1", key="series_id")

Count = Annotated[int, Field(ge=0), about("How many dates.", 50)]


class SkippedOccurrence(Value):
    """A date of a series that has no booking, and why."""

    recurrence_id: RecurrenceId
    reason: Annotated[
        str,
        Known("slot-taken", "closed-that-day", "outside-opening-hours", "membership-not-then", "given-up"),
        about("Code of the refusal that kept it from being booked, or given-up.", "slot-taken"),
    ]


class SeriesState(Fact):
    """What a reader needs of a series whatever happens to it."""

    series_id: SeriesId
    site_id: SiteId
    site_name: Annotated[str, about("Name of the site at that moment.", "Le 302")]
    resource_id: ResourceId
    resource_name: Annotated[str, about("Name of the resource at that moment.", "Grande salle")]
    person_id: Annotated[PersonId, about("The person who comes, opaquely.")]
    rule: Annotated[str, about("When it comes again: an RRULE of RFC 5545.", "FREQ=WEEKLY;COUNT=52")]
    first: RecurrenceId
    minutes: Annotated[int, Field(ge=1), about("True length of each use, in minutes.", 90)]
    zone: Zone
    split_from: Annotated[SeriesId | None, about("The series that this one goes on from.")] = None


class SeriesStarted(SeriesState, topic=SERIES):
    """A series began: its dates were booked as far ahead as bookings go, others left out by name."""

    booked: Count
    skipped: Annotated[tuple[SkippedOccurrence, ...], about("The dates left out, in order.")] = ()
    first_period: Annotated[Period | None, about("The first date that was booked.")] = None
    last_period: Annotated[Period | None, about("The last date booked so far.")] = None
    started_at: Annotated[Instant, about("When it began, business time of the territory.")]


class SeriesExtended(SeriesState, topic=SERIES):
    """Time went on, and the dates that came into reach were booked."""

    until: Annotated[Day, about("The day up to which its dates are booked now.", "2027-04-12")]
    booked: Count
    skipped: Annotated[tuple[SkippedOccurrence, ...], about("The dates left out, in order.")] = ()
    extended_at: Annotated[Instant, about("When it went on, business time of the territory.")]


class SeriesSplit(SeriesState, topic=SERIES):
    """From a date on, a series was changed: another one holds these dates, the past stays as it was."""

    following_series_id: Annotated[SeriesId, about("The series that holds the dates from then on.")]
    from_recurrence_id: RecurrenceId
    split_at: Annotated[Instant, about("When it was changed, business time of the territory.")]


class SeriesEnded(SeriesState, topic=SERIES):
    """A series was given up from a date on; each booking of it was cancelled and told by itself."""

    from_recurrence_id: RecurrenceId
    cancelled: Count
    ended_at: Annotated[Instant, about("When it was given up, business time of the territory.")]


class OccurrenceSkipped(SeriesState, topic=SERIES):
    """One date of a series was left out; its rule stays, and the date can be asked for again."""

    recurrence_id: RecurrenceId
    reason: Annotated[str, about("Code of what kept it from being booked, or given-up.", "given-up")]
    skipped_at: Annotated[Instant, about("When it was left out, business time of the territory.")]


class OccurrenceFreed(SeriesState, topic=SERIES):
    """What kept a date of a series from being booked is gone: it can be asked for again."""

    recurrence_id: RecurrenceId
    period: Annotated[Period, about("The time that has become free.")]
    freed_at: Annotated[Instant, about("When it became free, business time of the territory.")]


class OccurrenceReinstated(SeriesState, topic=SERIES):
    """A date that had been left out was booked after all."""

    recurrence_id: RecurrenceId
    booking_id: BookingId
    reinstated_at: Annotated[Instant, about("When it was booked, business time of the territory.")]


class OccurrencesReprojected(SeriesState, topic=SERIES):
    """A zone's rules changed: bookings to come moved so that their wall times stay as they were."""

    moved: Count
    kept: Annotated[
        tuple[SkippedOccurrence, ...], about("Dates that stay at their instant, their new time being taken.")
    ] = ()
    reprojected_at: Annotated[Instant, about("When they moved, business time of the territory.")]
