"""Owns the facts about sites, the operators who run them and what is delegated to them."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.envelope import Fact, Topic
from contracts.marks import Known, about
from contracts.values import Day, Identifier, OperatorId, OrganisationId, SiteId, Zone

SITES = Topic("membership.sites.v1", key="site_id")
OPERATORS = Topic("membership.operators.v1", key="operator_id")
DELEGATIONS = Topic("membership.delegations.v1", key="delegation_id")

DelegationId = Annotated[
    UUID, about("What a territory entrusts to an operator.", "0195a1b0-5c00-7000-8000-000000000032")
]
DelegatedAct = Annotated[
    str,
    Known("resources", "bookings", "memberships", "persons", "prices", "invoices"),
    about("A kind of act.", "bookings"),
]


class SiteState(Fact):
    """What a reader knows of a site after any change."""

    site_id: SiteId
    name: Annotated[str, about("Name of the site.", "Le 302")]
    address: Annotated[str, about("Street and number.", "302 Rue Lamarck")]
    postcode: Annotated[str, about("Postcode.", "11000")]
    town_code: Annotated[str, about("INSEE code of the town.", "11069")]
    town_name: Annotated[str, about("Name of the town.", "Carcassonne")]
    zone: Zone
    latitude: Annotated[float | None, Field(ge=-90, le=90), about("WGS 84 degrees north.", 43.2216)] = None
    longitude: Annotated[float | None, Field(ge=-180, le=180), about("WGS 84 degrees east.", 2.3113)] = None
    matched_by: Annotated[
        str | None,
        Known("insee_com", "insee_metro", "postcode_and_name", "hand"),
        about("The rule by which the town was found in the source's row.", "insee_com"),
    ] = None
    source_row: Annotated[
        str | None, about("The row of the third-place file it was imported from.", "Le 302")
    ] = None


class SiteOpened(SiteState, topic=SITES, data_class="public"):
    """A territory has a site: a third place, an incubator, a fablab."""

    opened_on: Annotated[Day | None, about("Day it opened its doors, when known.", "2017-10-09")] = None


class SiteChanged(SiteState, topic=SITES, data_class="public"):
    """A site changed its name, address or place; the event carries its whole new state."""


class OperatorRegistered(Fact, topic=OPERATORS, data_class="public"):
    """An organisation may be entrusted with sites of the territory."""

    operator_id: OperatorId
    organisation_id: OrganisationId
    name: Annotated[str, about("Name of the operator.", "La Mêlée")]
    identifier: Annotated[Identifier | None, about("How its register knows it.")] = None


class DelegationGranted(Fact, topic=DELEGATIONS, data_class="public"):
    """A territory entrusts an operator with acts on some of its sites; its staff act there and only there."""

    delegation_id: DelegationId
    operator_id: OperatorId
    operator_name: Annotated[str, about("Name of the operator.", "La Mêlée")]
    site_ids: Annotated[tuple[SiteId, ...], about("Sites it covers.")]
    acts: Annotated[
        tuple[
            Annotated[str, Known("resources", "bookings", "memberships", "persons", "prices", "invoices")],
            ...,
        ],
        about("What the operator may do there.", ["bookings", "memberships"]),
    ]
    takings_of: Annotated[
        str | None,
        Known("territory", "operator"),
        about("Whose the takings are, when the delegation covers any.", "territory"),
    ] = None
    deed: Annotated[str | None, about("The act that grants it.", "Convention 2026-04")] = None
    valid_from: Annotated[Day, about("First day of the delegation.", "2026-03-01")]
    valid_until: Annotated[Day | None, about("First day after the delegation.")] = None


class DelegationEnded(Fact, topic=DELEGATIONS, data_class="public"):
    """An operator no longer acts under that delegation."""

    delegation_id: DelegationId
    operator_id: OperatorId
    site_ids: Annotated[tuple[SiteId, ...], about("Sites it covered.")]
    ended_on: Annotated[Day, about("First day without the delegation.", "2026-09-01")]
    reason: Annotated[str | None, about("Reason given, in words.", "Fin de la convention")] = None
