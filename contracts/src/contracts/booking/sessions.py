"""Owns the facts about sessions: what is held when, who registers for it, who waits, who came."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.booking.bookings import DuePercent, SessionId
from contracts.envelope import Fact, Topic
from contracts.marks import Known, about
from contracts.values import (
    Audience,
    BookingId,
    Instant,
    MembershipId,
    Party,
    Period,
    PersonId,
    PriceCode,
    ResourceId,
    SiteId,
    TerritoryId,
    Value,
    Wording,
)

SESSIONS = Topic("booking.sessions.v1", key="session_id")
REGISTRATIONS = Topic("booking.registrations.v1", key="registration_id")

RegistrationId = Annotated[
    UUID, about("Somebody's registration for a session.", "0195a1b0-5c00-7000-8000-000000000072")
]
Seats = Annotated[int, Field(ge=1), about("How many seats: the person's own and those of guests.", 2)]


class SessionDate(Value):
    """One half-day or evening of a session, and the booking that holds its room, machines and trainer."""

    position: Annotated[int, Field(ge=0), about("Which one, counted from 0.", 0)]
    booking_id: BookingId
    period: Annotated[Period, about("When.")]


class SeatQuota(Value):
    """Seats of a session that some audiences have first, until they are open to everybody."""

    name: Annotated[Wording, about("What these seats are called.")]
    audiences: Annotated[tuple[Audience, ...], about("For whom; for everybody where none is named.")] = ()
    territory_ids: Annotated[
        tuple[TerritoryId, ...] | None,
        about("Other territories whose people have them first, by an agreement.", ["240200477"]),
    ] = None
    seats: Annotated[int, Field(ge=0), about("How many seats.", 12)]
    release_at: Annotated[
        Instant | None, about("From when on everybody may have what is left; never, where none is named.")
    ] = None


class SessionState(Fact):
    """What a reader needs of a session whatever happens to it, without knowing any other topic."""

    session_id: SessionId
    kind: Annotated[
        str, Known("course", "workshop", "event", "jury"), about("What kind of session it is.", "workshop")
    ]
    site_id: SiteId
    site_name: Annotated[str, about("Name of the site at that moment.", "Le 302")]
    title: Annotated[Wording, about("What it is called.")]
    resource_id: Annotated[ResourceId, about("The room it is held in.")]
    resource_name: Annotated[str, about("Name of that room at that moment.", "Grande salle")]
    dates: Annotated[tuple[SessionDate, ...], about("Its half-days, in order.")]
    trainer_id: Annotated[PersonId | None, about("Who leads it, opaquely.")] = None
    open_to: Annotated[str, Known("everybody", "members"), about("Who may register.", "everybody")]
    price_code: PriceCode | None = None
    quotas: Annotated[tuple[SeatQuota, ...], about("Its seats.")]
    minimum: Annotated[int | None, Field(ge=1), about("With fewer seats taken it is not held.", 5)] = None
    decide_at: Annotated[Instant | None, about("When that is decided.", "2026-03-10T07:00:00Z")] = None


class SessionScheduled(SessionState, topic=SESSIONS):
    """A session is to be held: its room, machines and trainer are taken on each of its dates."""

    scheduled_at: Annotated[Instant, about("When it was scheduled, business time of the territory.")]


class SessionRescheduled(SessionState, topic=SESSIONS):
    """Some dates of a session moved, all that they need with them; the state is the new one."""

    previous_dates: Annotated[tuple[SessionDate, ...], about("The dates before, in order.")]
    person_ids: Annotated[tuple[PersonId, ...], Field(max_length=1000), about("Who is told, each once.")] = ()
    rescheduled_at: Annotated[Instant, about("When it was moved, business time of the territory.")]


class SessionCancelled(SessionState, topic=SESSIONS):
    """A session is not held; each registration is told of by itself, at no cost."""

    reason: Annotated[
        str, Known("below_minimum", "called_off"), about("Why it is not held.", "below_minimum")
    ]
    words: Annotated[str | None, about("What was said about it.", "La formatrice est souffrante")] = None
    cancelled_at: Annotated[Instant, about("When it was cancelled, business time of the territory.")]


class RegistrationState(Fact):
    """What a reader needs of a registration whatever happens to it, without knowing any other topic."""

    registration_id: RegistrationId
    session_id: SessionId
    site_id: SiteId
    site_name: Annotated[str, about("Name of the site at that moment.", "Le 302")]
    title: Annotated[Wording, about("What the session is called.")]
    place: Annotated[str, about("The room it is held in.", "Grande salle")]
    periods: Annotated[tuple[Period, ...], about("When: each half-day, in order.")]
    person_id: Annotated[PersonId, about("Who registered, opaquely; guests are named to the desk alone.")]
    payer: Annotated[Party, about("Who pays: the person, or an organisation the person belongs to.")]
    audience: Audience
    membership_id: Annotated[
        MembershipId | None, about("The membership that the audience comes from, if one does.")
    ] = None
    price_code: PriceCode | None = None
    home_territory_id: Annotated[
        TerritoryId | None, about("Whence the person comes who has a seat kept for another territory.")
    ] = None
    seats: Seats


class AttendeeRegistered(RegistrationState, topic=REGISTRATIONS):
    """Somebody has seats in a session; they are to be charged."""

    registered_at: Annotated[Instant, about("When, business time of the territory.")]


class AttendeeQueued(RegistrationState, topic=REGISTRATIONS):
    """No seat was left for somebody, who waits for one."""

    queued_at: Annotated[Instant, about("Since when; who waits longest comes first.")]


class SeatOffered(RegistrationState, topic=REGISTRATIONS):
    """Seats came free and are kept for who waits first, until `expires_at`."""

    offered_at: Annotated[Instant, about("When, business time of the territory.")]
    expires_at: Annotated[
        Instant, about("When the offer ends unless it is accepted.", "2026-03-11T08:45:00Z")
    ]


class SeatOfferExpired(RegistrationState, topic=REGISTRATIONS):
    """Nobody answered in time: the wait ends and the seats go to the next one."""

    expired_at: Annotated[Instant, about("When, business time of the territory.")]


class RegistrationCancelled(RegistrationState, topic=REGISTRATIONS):
    """A registration, an offer or a wait was given up, or its session is not held."""

    was: Annotated[str, Known("registered", "offered", "waiting"), about("What was given up.", "registered")]
    cancelled_by: Annotated[
        str, Known("member", "staff", "platform"), about("On whose side it was cancelled.", "member")
    ]
    cause: Annotated[
        str,
        Known("own_wish", "below_minimum", "called_off"),
        about("Why: by the person's wish, or because the session is not held.", "own_wish"),
    ]
    reason: Annotated[str | None, about("Reason given, in words.", "La formatrice est souffrante")] = None
    due_percent: DuePercent
    cancelled_at: Annotated[Instant, about("When, business time of the territory.")]


class AttendanceRecorded(RegistrationState, topic=REGISTRATIONS):
    """Whether somebody came to one half-day was noted, or signed by who came."""

    position: Annotated[int, Field(ge=0), about("Which half-day, counted from 0.", 0)]
    period: Annotated[Period, about("That half-day.")]
    guest: Annotated[int, Field(ge=0), about("Which guest, counted from 1; 0 is the person.", 0)] = 0
    present: Annotated[bool, about("Whether they came.", True)]
    signed: Annotated[
        str,
        Known("own", "desk", "none"),
        about("Whether it was signed: by who came in their own session, or typed in at the desk.", "own"),
    ]
    recorded_at: Annotated[Instant, about("When, business time of the territory.")]
