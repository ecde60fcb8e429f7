"""Owns the facts about machines in use: what a machine asks of people, each use of it, what went wrong."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.booking.resources import RESOURCES
from contracts.envelope import Fact, Topic
from contracts.marks import Known, about
from contracts.money import Quantity
from contracts.values import (
    Audience,
    BookingId,
    Instant,
    MembershipId,
    Party,
    PersonId,
    PriceCode,
    ResourceId,
    SiteId,
    Value,
    Zone,
)

USAGES = Topic("booking.usages.v1", key="usage_id")

UsageId = Annotated[UUID, about("A use of a machine.", "0195a1b0-5c00-7000-8000-000000000071")]
MachineClass = Annotated[
    UUID,
    about("The class of machines whose qualification it asks for.", "0195a1b0-5c00-7000-8000-000000000061"),
]
MachineLevel = Annotated[int, Field(ge=1), about("The least level of that class, counted from 1.", 1)]


class Material(Value):
    """What a machine may use up, and the price code it is sold by; the price book knows its unit."""

    price_code: PriceCode
    name: Annotated[str, about("Name shown to people.", "Filament PLA")]


class MaterialUsed(Value):
    """How much of a material one use took, in the unit by which the price book sells it."""

    price_code: PriceCode
    quantity: Quantity


class MachineDefined(Fact, topic=RESOURCES, data_class="public"):
    """A resource is a machine: who may use it, for how long at a time, and what its use is sold by."""

    resource_id: ResourceId
    site_id: SiteId
    machine_class_id: MachineClass | None = None
    level: MachineLevel | None = None
    longest_minutes: Annotated[int, Field(ge=1), about("The longest single use, in minutes.", 240)]
    heartbeat_seconds: Annotated[
        int | None,
        Field(ge=1),
        about("How often it gives a sign of use, in seconds; none where it gives no sign.", 60),
    ] = None
    minute_price_code: PriceCode | None = None
    materials: Annotated[tuple[Material, ...], about("What it may use up.")] = ()


class UsageState(Fact):
    """What a reader needs of one use of a machine, without knowing any other topic."""

    usage_id: UsageId
    resource_id: ResourceId
    resource_name: Annotated[str, about("Name of the machine at that moment.", "Imprimante 3D nº 1")]
    site_id: SiteId
    zone: Zone
    machine_class_id: MachineClass | None = None
    person_id: PersonId
    payer: Annotated[Party, about("Who pays: the person, or an organisation the person belongs to.")]
    audience: Audience
    membership_id: MembershipId | None = None
    booking_id: BookingId | None = None
    started_at: Annotated[Instant, about("When the machine was switched on.", "2026-03-12T08:30:00Z")]


class UsageStarted(UsageState, topic=USAGES):
    """A person uses a machine; it ends by itself at `ends_by` unless it is stopped before."""

    let_in_by: Annotated[
        str, Known("staff", "member", "permission"), about("Who or what let the person start.", "member")
    ]
    ends_by: Annotated[
        Instant,
        about(
            "The next booking, the closing or the longest use, whichever is first.", "2026-03-12T10:00:00Z"
        ),
    ]


class UsageStopped(UsageState, topic=USAGES):
    """A use ended and what it took is certain: it is to be charged, once.

    It may follow a UsageAborted: the machine was heard again, or staff settled what was used.
    """

    stopped_at: Annotated[Instant, about("When the machine was switched off.", "2026-03-12T09:15:00Z")]
    minutes: Annotated[int, Field(ge=0), about("Whole minutes of use.", 45)]
    minute_price_code: PriceCode | None = None
    materials: Annotated[tuple[MaterialUsed, ...], about("What it used up.")] = ()
    reason: Annotated[
        str,
        Known("stopped", "next_booking", "closing", "longest", "incident", "settled"),
        about("What ended it.", "stopped"),
    ]


class UsageAborted(UsageState, topic=USAGES):
    """A machine fell silent: what it took is known up to its last sign only, and is charged to nobody."""

    last_heard_at: Annotated[Instant, about("Its last sign of use.", "2026-03-12T08:50:00Z")]
    minutes: Annotated[int, Field(ge=0), about("Whole minutes up to its last sign.", 20)]
    reason: Annotated[str, Known("offline"), about("Why it was given up.", "offline")]
    disputed: Annotated[bool, about("Whether somebody must say what was used.", True)] = True


class MachineIncidentReported(Fact, topic=RESOURCES):
    """Something went wrong at a machine; nobody is blamed by it."""

    resource_id: ResourceId
    site_id: SiteId
    incident_id: Annotated[UUID, about("The incident.", "0195a1b0-5c00-7000-8000-000000000072")]
    usage_id: Annotated[UsageId | None, about("The use it fell into, if any.")] = None
    severity: Annotated[
        str,
        Known("note", "broken"),
        about("Whether the machine can go on being used; broken takes it out of service.", "note"),
    ]
    happened_at: Annotated[Instant, about("When, business time of the territory.")]
