"""Says in words what the places hold that receipts of an erasure name, for whoever reads a certificate."""

from collections.abc import Mapping
from typing import Final

from contracts.values import Wording


def place_name(place: str) -> Wording:
    """Return what a place holds; its own name where a service says one that is not known here."""
    return PLACES.get(place) or Wording(fr=place, en=place)


def _named(fr: str, en: str) -> Wording:
    return Wording(fr=fr, en=en)


PLACES: Final[Mapping[str, Wording]] = {
    "affiliations": _named("appartenances à des organisations", "affiliations with organisations"),
    "approval_delegations": _named("délégations d’approbation", "delegations of approval"),
    "attendances": _named("présences aux sessions", "attendance at sessions"),
    "badges": _named("badges", "badges"),
    "bill_runs": _named("facturations préparées ou émises", "bill runs planned or sealed"),
    "bookings": _named("réservations", "bookings"),
    "calendars": _named("agendas partagés", "shared calendars"),
    "charges": _named("consommations à facturer", "charges"),
    "credit_lots": _named("carnets et soldes", "passes and balances"),
    "deliveries": _named("courriers et colis", "letters and parcels"),
    "desk_devices": _named("postes d’accueil partagés", "shared desk computers"),
    "desk_sessions": _named("prises de poste à l’accueil", "turns at the desk"),
    "document_views": _named("consultations de pièces", "looks at documents"),
    "documents": _named("pièces justificatives", "documents that prove a rate"),
    "erasures": _named("demandes d’effacement", "requests for erasure"),
    "event_log": _named("journal des événements", "log of events"),
    "feed_events": _named("fil des partenaires", "feed of the partners"),
    "fibre_lines": _named("lignes de fibre", "fibre lines"),
    "idempotency": _named("réponses gardées pour les reprises", "answers kept for repeats"),
    "import_lines": _named("lignes de fichiers importés", "lines of imported files"),
    "imports": _named("importations", "imports"),
    "incidents": _named("incidents sur des machines", "incidents on machines"),
    "invoices": _named("factures", "invoices"),
    "known_party": _named("personnes connues du territoire", "people whom the territory knows"),
    "lane_event": _named("événements en attente", "events that wait"),
    "ledger_balances": _named("soldes comptables", "balances of the ledger"),
    "maintenances": _named("entretiens de machines", "maintenance of machines"),
    "membership_scopes": _named("lieux d’une adhésion", "places of a membership"),
    "membership_trials": _named("périodes d’essai", "trials"),
    "memberships": _named("adhésions", "memberships"),
    "messages": _named("messages envoyés", "messages sent"),
    "notices": _named("avis à envoyer", "notices to be sent"),
    "partners": _named("comptes de partenaires", "accounts of partners"),
    "passes": _named("carnets vendus", "passes sold"),
    "permissions": _named("autorisations de machines", "permissions for machines"),
    "person_resources": _named("personnes réservables", "people who can be booked"),
    "person_roles": _named("rôles", "roles"),
    "persons": _named("nom et coordonnées", "name and contacts"),
    "postings": _named("écritures comptables", "postings of the ledger"),
    "preferences": _named("préférences d’envoi", "preferences for messages"),
    "presences": _named("passages à l’accueil", "times at the desk"),
    "purges": _named("purges décidées", "purges that were made"),
    "qualifications": _named("habilitations", "qualifications"),
    "registrations": _named("inscriptions", "registrations"),
    "resources": _named("ressources réservables", "resources that can be booked"),
    "role_grants": _named("attributions de rôles", "grants of roles"),
    "seats": _named("places d’une adhésion d’entreprise", "seats of a company’s membership"),
    "series": _named("séries de réservations", "series of bookings"),
    "sessions": _named("sessions animées", "sessions led"),
    "shared_seats": _named("places prises ailleurs", "seats elsewhere"),
    "sign_in_counts": _named("compteurs de connexions", "counts of sign-ins"),
    "sign_in_links": _named("liens de connexion", "links to sign in"),
    "sign_in_sessions": _named("connexions", "sign-ins"),
    "staff_pins": _named("codes d’accueil", "desk PINs"),
    "strikes": _named("absences relevées", "strikes for no-shows"),
    "trainers": _named("rôles de formateur", "appointments as a trainer"),
    "usages": _named("usages de machines", "uses of machines"),
    "visits": _named("visites reçues", "visits received"),
    "waitlist_entries": _named("listes d’attente", "waitlists"),
    "wrong_codes": _named("codes refusés", "codes refused"),
}
"""By the table's name, as receipts give it."""
