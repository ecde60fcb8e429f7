"""Owns what the things of the platform are called in a French refusal; English takes their names."""

from collections.abc import Mapping
from typing import Final

FRENCH: Final[Mapping[str, str]] = {
    "affiliation": "rattachement",
    "agreement": "convention",
    "approval delegation": "délégation de décision",
    "badge": "badge",
    "bill run": "campagne de facturation",
    "booking": "réservation",
    "calendar": "calendrier",
    "charge": "montant à facturer",
    "closure": "fermeture",
    "closure set": "ensemble de jours",
    "controller": "contrôleur",
    "credit lot": "lot de crédits",
    "delegation": "délégation",
    "delivery": "envoi",
    "device": "poste partagé",
    "document": "pièce",
    "erasure": "effacement",
    "fibre line": "ligne de fibre",
    "fibre zone": "zone fibre",
    "fibre zone of site": "zone fibre du site",
    "import": "import",
    "invoice": "facture",
    "issuer": "émetteur",
    "key": "clé",
    "lane": "file d’attente",
    "link": "lien",
    "machine class": "classe de machines",
    "maintenance": "entretien",
    "maintenance rule": "règle d’entretien",
    "membership": "adhésion",
    "message": "message",
    "network": "réseau",
    "occurrence": "date de série",
    "operator": "opérateur",
    "organisation": "organisation",
    "partner": "partenaire",
    "pass": "carnet",
    "person": "personne",
    "plan": "formule",
    "platform": "plateforme",
    "policy": "règlement de réservation",
    "price book": "grille tarifaire",
    "purpose": "finalité",
    "qualification": "habilitation",
    "recognition": "reconnaissance",
    "registration": "inscription",
    "resource": "ressource",
    "role": "rôle",
    "seat": "place",
    "series": "série",
    "session": "session",
    "sharing agreement": "convention de partage",
    "shared seat": "place partagée",
    "shared session": "session partagée",
    "site": "site",
    "site for badge": "site du badge",
    "site for closure": "site de la fermeture",
    "site for controller": "site du contrôleur",
    "site for resource": "site de la ressource",
    "site for subscription": "site de l’abonnement",
    "strike": "avertissement",
    "subscription": "abonnement",
    "template": "modèle",
    "territory": "territoire",
    "usage": "utilisation",
    "visit": "visite",
    "waitlist entry": "attente",
}

FRENCH_ROLES: Final[Mapping[str, str]] = {
    "platform operator": "l’exploitation de la plateforme",
    "territory administrator": "l’administration du territoire",
    "finance": "la comptabilité",
    "hub manager": "la gestion du lieu",
    "operator staff": "l’équipe de l’exploitant",
    "trainer": "la formation",
    "jury": "le jury",
    "member": "un membre",
    "partner": "un partenaire",
    "other roles": "d’autres rôles",
}


def french_role(role: str) -> str:
    """Say in French to whom a role belongs."""
    return FRENCH_ROLES.get(role, role)


def french(noun: str) -> str:
    """Say a noun in French; what has no French yet is said as it is named."""
    return FRENCH.get(noun, noun)
