"""Owns the facts about territories, the networks they form and what they agree to share."""

from typing import Annotated
from uuid import UUID

from contracts.envelope import Fact, Topic
from contracts.marks import Known, about
from contracts.values import Day, Identifier, Instant, TerritoryId, Zone

TERRITORIES = Topic("membership.territories.v1", key="territory_id")
NETWORKS = Topic("membership.networks.v1", key="network_id")
SHARING_AGREEMENTS = Topic("membership.sharing-agreements.v1", key="agreement_id")

NetworkId = Annotated[UUID, about("A network of territories.", "0195a1b0-5c00-7000-8000-000000000030")]
SharingAgreementId = Annotated[
    UUID, about("An agreement to share one kind of thing.", "0195a1b0-5c00-7000-8000-000000000031")
]
SharedKind = Annotated[
    str,
    Known("directory", "catalogue", "qualification", "sessions", "lead", "programme"),
    about("What is shared: copies of these things, made from events.", "directory"),
]


class TerritoryOpened(Fact, topic=TERRITORIES, data_class="public"):
    """A grouping of towns began to use the platform."""

    territory_id: TerritoryId
    name: Annotated[str, about("Official name of the grouping.", "Carcassonne Agglo")]
    kind: Annotated[
        str,
        Known("CC", "CA", "CU", "METRO"),
        about("Legal kind of the grouping, as the State lists it.", "CA"),
    ]
    zone: Zone
    sandbox: Annotated[bool, about("Whether it is a place to try things, whose clock can be moved.", False)]
    sandbox_start: Annotated[
        Instant | None, about("What the clock of a sandbox showed when it opened; none for a real territory.")
    ] = None
    offset_seconds: Annotated[
        int, about("Seconds that its business time is ahead of real time (negative: behind); 0 if real.", 0)
    ] = 0


class TerritoryClockMoved(Fact, topic=TERRITORIES, data_class="public"):
    """The clock of a sandbox was moved forward; business dates and business timers follow it."""

    territory_id: TerritoryId
    offset_seconds: Annotated[
        int, about("Seconds that business time is now ahead of real time (negative: behind).", 86400)
    ]
    previous_offset_seconds: Annotated[int, about("The same before the move.", 0)]
    now: Annotated[Instant, about("Business time right after the move.", "2026-03-13T08:30:00Z")]


class NetworkFormed(Fact, topic=NETWORKS, data_class="public"):
    """Several territories, or a body that is no grouping, appear together as a network."""

    network_id: NetworkId
    name: Annotated[str, about("Name of the network.", "Réseau des fablabs de l'Aisne")]
    kind: Annotated[
        str, Known("territories", "agency", "chamber"), about("What the network is.", "territories")
    ]
    body: Annotated[Identifier | None, about("The body that speaks for it, when it is one.")] = None
    territory_ids: Annotated[tuple[TerritoryId, ...], about("Members at the start.", ["200035715"])]


class NetworkMemberJoined(Fact, topic=NETWORKS, data_class="public"):
    """A territory became a member of a network."""

    network_id: NetworkId
    territory_id: TerritoryId
    joined_on: Annotated[Day, about("First day as a member.", "2026-03-01")]


class NetworkMemberLeft(Fact, topic=NETWORKS, data_class="public"):
    """A territory is no longer a member of a network."""

    network_id: NetworkId
    territory_id: TerritoryId
    left_on: Annotated[Day, about("First day no longer a member.", "2026-09-01")]


class SharingAgreementSigned(Fact, topic=SHARING_AGREEMENTS, data_class="public"):
    """The members of a network named here let each other have copies of one kind of thing."""

    agreement_id: SharingAgreementId
    network_id: NetworkId
    kind: SharedKind
    territory_ids: Annotated[tuple[TerritoryId, ...], about("Who shares with whom.", ["200035715"])]
    valid_from: Annotated[Day, about("First day of the agreement.", "2026-03-01")]
    valid_until: Annotated[Day | None, about("First day after the agreement.")] = None


class SharingAgreementEnded(Fact, topic=SHARING_AGREEMENTS, data_class="public"):
    """An agreement to share ended; every copy made under it is withdrawn."""

    agreement_id: SharingAgreementId
    network_id: NetworkId
    kind: SharedKind
    ended_on: Annotated[Day, about("First day without the agreement.", "2026-09-01")]
    reason: Annotated[str | None, about("Reason given, in words.", "Fin de la convention")] = None
