"""Decides what the register of processing says: fields by the marks of the contracts, purposes by a table."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from contracts.envelope import Fact
from contracts.marks import personal_fields, pseudonyms
from contracts.values import Wording

Basis = Literal["contract", "legal-obligation", "public-task"]


class Purpose(BaseModel):
    """What one kind of thing is told for, on which legal basis, and how long it is kept."""

    model_config = ConfigDict(frozen=True)

    purpose: Wording
    basis: Basis
    kept: Wording


class Processing(Purpose):
    """One entry of the register: a topic of events, and what it says of persons."""

    topic: str
    service: str
    events: tuple[str, ...]
    sealed: tuple[str, ...]
    pseudonyms: tuple[str, ...]


class Register(BaseModel):
    """The register of processing of this release (GDPR, article 30)."""

    model_config = ConfigDict(frozen=True)

    entries: tuple[Processing, ...]


_ERASED: Final = Wording(
    fr="Jusqu’à l’effacement de la personne ; ensuite sous un numéro qui ne mène à personne.",
    en="Until the person is erased; then under a number that leads to nobody.",
)
_SEALED: Final = Wording(
    fr="Jusqu’à l’effacement de la personne, qui détruit la clé.",
    en="Until the person is erased, which destroys the key.",
)
_BY_LAW: Final = Wording(
    fr="Dix ans après l’exercice (code de commerce, art. L123-22).",
    en="Ten years after the financial year (code de commerce, art. L123-22).",
)
_PROOF: Final = Wording(
    fr="Sans limite : c’est la preuve que la personne est effacée.",
    en="Without limit: it is the proof that the person is erased.",
)
_RUNS: Final = ("Faire vivre le lieu : ", "Running the place: ")
_BILLS: Final = ("Facturer : ", "Billing: ")


def _purpose(
    lead: tuple[str, str], what: tuple[str, str], kept: Wording = _ERASED, basis: Basis = "contract"
) -> Purpose:
    said = Wording(fr=f"{lead[0]}{what[0]}.", en=f"{lead[1]}{what[1]}.")
    return Purpose(purpose=said, basis=basis, kept=kept)


PURPOSES: Final[Mapping[str, Purpose]] = {
    "billing.bill-runs.v1": _purpose(_BILLS, ("qui prépare, qui valide", "who plans, who releases"), _BY_LAW),
    "billing.charges.v1": _purpose(_BILLS, ("ce qui est dû, et par qui", "what is due, and by whom")),
    "billing.fibre-lines.v1": _purpose(_BILLS, ("les lignes de fibre", "fibre lines")),
    "billing.invoices.v1": _purpose(_BILLS, ("les factures", "invoices"), _BY_LAW, "legal-obligation"),
    "billing.passes.v1": _purpose(_BILLS, ("les carnets vendus d’avance", "passes sold ahead")),
    "booking.announcements.v1": _purpose(_RUNS, ("prévenir qui a réservé", "telling who has booked")),
    "booking.approvals.v1": _purpose(_RUNS, ("qui décide des demandes", "who decides on requests")),
    "booking.bookings.v1": _purpose(_RUNS, ("les réservations", "bookings")),
    "booking.credits.v1": _purpose(_RUNS, ("les unités payées d’avance", "units paid ahead")),
    "booking.deliveries.v1": _purpose(_RUNS, ("colis et courrier", "parcels and letters")),
    "booking.registrations.v1": _purpose(
        _RUNS, ("les inscriptions aux ateliers", "registrations for sessions")
    ),
    "booking.series.v1": _purpose(_RUNS, ("les réservations qui reviennent", "bookings that come again")),
    "booking.sessions.v1": _purpose(_RUNS, ("qui anime les ateliers", "who leads sessions")),
    "booking.shared-seats.v1": _purpose(
        _RUNS, ("les places dans les ateliers d’autres territoires", "seats in sessions of other territories")
    ),
    "booking.usages.v1": _purpose(_RUNS, ("l’usage des machines", "the use of machines")),
    "booking.visits.v1": _purpose(_RUNS, ("accueillir les visiteurs", "receiving visitors"), _SEALED),
    "booking.waitlists.v1": _purpose(_RUNS, ("les listes d’attente", "waitlists")),
    "membership.affiliations.v1": _purpose(_RUNS, ("qui agit pour qui", "who acts for whom")),
    "membership.balances.v1": _purpose(
        _RUNS, ("les soldes repris d’un autre système", "balances brought from another system")
    ),
    "membership.documents.v1": _purpose(_RUNS, ("justifier d’un public", "proving an audience"), _SEALED),
    "membership.erasures.v1": _purpose(
        ("Droits des personnes : ", "Rights of persons: "),
        ("l’effacement", "erasure"),
        _PROOF,
        "legal-obligation",
    ),
    "membership.machine-classes.v1": _purpose(_RUNS, ("qui forme aux machines", "who trains on machines")),
    "membership.memberships.v1": _purpose(_RUNS, ("les adhésions", "memberships")),
    "membership.persons.v1": _purpose(
        _RUNS, ("connaître et joindre", "knowing and reaching people"), _SEALED
    ),
    "membership.qualifications.v1": _purpose(
        _RUNS, ("qui peut se servir des machines", "who may use machines")
    ),
    "membership.roles.v1": _purpose(_RUNS, ("qui peut faire quoi", "who may do what"), basis="public-task"),
    "membership.subject-keys.v1": _purpose(_RUNS, ("les clés qui scellent", "the keys that seal"), _SEALED),
    "notifications.messages.v1": _purpose(_RUNS, ("les messages", "messages")),
}
"""For what each topic speaks of persons; one that does and is not here breaks the register and its test."""


def register(facts: Iterable[type[Fact]]) -> Register:
    """Return an entry for each topic that says anything of persons, in order of name."""
    by_topic: dict[str, list[type[Fact]]] = {}
    for fact in facts:
        if personal_fields(fact) or pseudonyms(fact):
            by_topic.setdefault(fact.topic.name, []).append(fact)
    return Register(entries=tuple(_entry(topic, by_topic[topic]) for topic in sorted(by_topic)))


def as_csv(found: Register, language: Literal["fr", "en"]) -> str:
    """Return the register for a spreadsheet, a line for each topic."""
    made = io.StringIO()
    writer = csv.writer(made, delimiter=";", lineterminator="\r\n")
    writer.writerow(("topic", "service", "purpose", "basis", "kept", "sealed", "pseudonyms", "events"))
    for each in found.entries:
        said = [getattr(text, language) for text in (each.purpose, each.kept)]
        lists = (", ".join(names) for names in (each.sealed, each.pseudonyms, each.events))
        writer.writerow((each.topic, each.service, said[0], each.basis, said[1], *lists))
    return made.getvalue()


def _entry(topic: str, facts: list[type[Fact]]) -> Processing:
    return Processing(
        topic=topic,
        service=topic.partition(".")[0],
        events=tuple(sorted(fact.__name__ for fact in facts)),
        sealed=tuple(sorted({name for fact in facts for name in personal_fields(fact)})),
        pseudonyms=tuple(sorted({name for fact in facts for name in pseudonyms(fact)})),
        **dict(PURPOSES[topic]),
    )
