"""Owns the facts about persons, their keys, organisations, who belongs where and who may act as what.

Persons, their keys and organisations belong to no territory: they travel under 000000000.
"""

from typing import Annotated
from uuid import UUID

from contracts.envelope import Fact, Topic
from contracts.marks import Known, Sealed, about
from contracts.values import (
    Country,
    Day,
    Identifier,
    Instant,
    Language,
    OperatorId,
    OrganisationId,
    PersonId,
    PostalAddress,
    SiteId,
    Value,
)

PERSONS = Topic("membership.persons.v1", key="person_id")
SUBJECT_KEYS = Topic("membership.subject-keys.v1", key="person_id", compacted=True)
ORGANISATIONS = Topic("membership.organisations.v1", key="organisation_id")
AFFILIATIONS = Topic("membership.affiliations.v1", key="affiliation_id")
ROLES = Topic("membership.roles.v1", key="grant_id")

AffiliationId = Annotated[
    UUID, about("A person's place in an organisation.", "0195a1b0-5c00-7000-8000-000000000033")
]
GrantId = Annotated[UUID, about("A role given to a person.", "0195a1b0-5c00-7000-8000-000000000034")]
SEALED = "c2VhbGVkOiBvbmx5IHRoZSBwZXJzb24ncyBrZXkgb3BlbnMgdGhpcw=="


class PersonState(Fact):
    """What the platform knows of a person after any change; names and contacts are sealed."""

    person_id: PersonId
    given_name: Annotated[str, Sealed("person_id"), about("Given name.", SEALED)]
    family_name: Annotated[str, Sealed("person_id"), about("Family name.", SEALED)]
    mail: Annotated[
        str | None, Sealed("person_id"), about("Mail address; none for a walk-in without contact.", SEALED)
    ] = None
    phone: Annotated[str | None, Sealed("person_id"), about("Telephone number.", SEALED)] = None
    address: Annotated[
        str | None, Sealed("person_id"), about("Postal address, one line under another.", SEALED)
    ] = None
    language: Language


class PersonRegistered(PersonState, topic=PERSONS, data_class="personal"):
    """The platform knows a person: a member, a colleague, someone who walked in."""


class PersonChanged(PersonState, topic=PERSONS, data_class="personal"):
    """What is known of a person changed; the event carries the whole new state."""


class SubjectKeyIssued(Fact, topic=SUBJECT_KEYS):
    """The key that opens a person's sealed fields, itself wrapped for the services of the platform."""

    person_id: PersonId
    wrapped_key: Annotated[str, about("The person's key, wrapped, in Base64.", SEALED)]
    wrapped_by: Annotated[str, about("Which platform key wraps it.", "2026-1")]


class SubjectKeyDestroyed(Fact, topic=SUBJECT_KEYS):
    """A person's key is gone: whatever was sealed under it can never be read again."""

    person_id: PersonId
    destroyed_at: Annotated[Instant, about("When it was destroyed, real time.")]


class OrganisationLink(Value):
    """What ties an organisation to another, for a time."""

    kind: Annotated[
        str,
        Known("branch_of", "subsidiary_of", "single_undertaking_with"),
        about("The tie, read from this organisation to the other.", "branch_of"),
    ]
    organisation_id: Annotated[OrganisationId, about("The other organisation.")]
    valid_from: Annotated[Day, about("First day of the tie.", "2017-10-09")]
    valid_until: Annotated[Day | None, about("First day after the tie.")] = None


class OrganisationState(Fact):
    """What the platform knows of an organisation after any change."""

    organisation_id: OrganisationId
    name: Annotated[str, about("Registered name.", "Wildix France")]
    country: Country
    identifiers: Annotated[tuple[Identifier, ...], about("How registers know it; none while unverified.")]
    address: Annotated[PostalAddress | None, about("Where its letters go.")] = None
    language: Language
    links: Annotated[tuple[OrganisationLink, ...], about("Ties to other organisations.")] = ()


class OrganisationRegistered(OrganisationState, topic=ORGANISATIONS):
    """The platform knows an organisation: a company, an association, a public body, from any country."""


class OrganisationChanged(OrganisationState, topic=ORGANISATIONS):
    """What is known of an organisation changed; the event carries the whole new state."""


class PersonAffiliated(Fact, topic=AFFILIATIONS):
    """A person belongs to an organisation in some role, and uses what the organisation holds."""

    affiliation_id: AffiliationId
    person_id: PersonId
    organisation_id: OrganisationId
    role: Annotated[
        str,
        Known("administrator", "representative", "employee"),
        about("The person's role there.", "employee"),
    ]
    valid_from: Annotated[Day, about("First day in the role.", "2026-03-01")]
    valid_until: Annotated[Day | None, about("First day no longer in the role.")] = None


class AffiliationEnded(Fact, topic=AFFILIATIONS):
    """A person no longer belongs to an organisation in that role."""

    affiliation_id: AffiliationId
    person_id: PersonId
    organisation_id: OrganisationId
    ended_on: Annotated[Day, about("First day no longer in the role.", "2026-09-01")]


class RoleState(Fact):
    """Who may act as what, and where: in the whole territory unless a site or an operator narrows it."""

    grant_id: GrantId
    person_id: PersonId
    role: Annotated[
        str,
        Known(
            "platform-operator",
            "territory-administrator",
            "finance",
            "hub-manager",
            "operator-staff",
            "trainer",
            "jury",
            "partner",
        ),
        about("The role.", "hub-manager"),
    ]
    site_id: SiteId | None = None
    operator_id: OperatorId | None = None


class RoleGranted(RoleState, topic=ROLES):
    """A person may act in a role."""

    granted_at: Annotated[Instant, about("When it was given, business time of the territory.")]


class RoleWithdrawn(RoleState, topic=ROLES):
    """A person may no longer act in a role; access tokens already given last ten minutes at most."""

    withdrawn_at: Annotated[Instant, about("When it was withdrawn, business time of the territory.")]
