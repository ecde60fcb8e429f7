"""What the demo says, in French: sentences by their English, months, numbers and codes left open."""

from __future__ import annotations

import re
from typing import Final

from maillage.sentences import language

_OPEN: Final = re.compile(r"\d{4}-\d{2}|\d{9}|\d+(?= commands)")

FRENCH: Final = {
    # what happens
    "Carcassonne Agglo ({}) opens as a sandbox in {}": "Carcassonne Agglo ({}) ouvre en bac à sable en {}",
    "Le 302 comes in from the file of third places": "Le 302 arrive par le fichier des tiers-lieux",
    "La Mêlée is entrusted with the 302": "Le 302 est confié à La Mêlée",
    "Desks, offices, rooms: what can be booked": "Postes, bureaux, salles : ce qui se réserve",
    "Prices, on the deliberation of the council": "Des tarifs, sur délibération du conseil",
    "A plan for each audience": "Une formule pour chaque public",
    "An agreement with the chamber of commerce": "Une convention avec la chambre de commerce",
    "Forty persons and twelve companies join": "Quarante personnes et douze entreprises adhèrent",
    "{}: bookings, and a fibre line for Wildix": "{} : des réservations, et une ligne fibre pour Wildix",
    "Two hundred want the large room at once": "Deux cents veulent la grande salle en même temps",
    "One has it; half of the others take what is offered": (
        "Un seul l'obtient ; la moitié des autres prend ce qui est proposé"
    ),
    "{} is invoiced": "{} est facturé",
    "{}: one leaves, the others go on": "{} : une personne part, les autres continuent",
    "Looking at what became of it": "Vérification de ce qui en est advenu",
    "Sending {} commands once more": "Nouvel envoi de {} commandes",
    # the hub opens
    "The agglomération is open as a sandbox": "L'agglomération est ouverte en bac à sable",
    "Rows of the third-place file read, sites opened": "Lignes lues du fichier, sites ouverts",
    "Le 302: its address, and the rule by which its town was found": (
        "Le 302 : son adresse, et la règle qui a trouvé sa commune"
    ),
    "La Mêlée runs the 302: the acts entrusted to it": "La Mêlée anime le 302 : les actes confiés",
    "Resources that La Mêlée’s staff added at the 302": "Ressources ajoutées au 302 par l'équipe de La Mêlée",
    "The same staff add nothing at another site": "La même équipe n'ajoute rien sur un autre site",
    "A public seller without deliberation": "Un vendeur public sans délibération",
    "The prices rest on it": "Les tarifs reposent sur elle",
    "Audiences with a plan": "Publics qui ont une formule",
    # who joins
    "Persons who joined": "Personnes adhérentes",
    "One walked in without any contact": "Une personne est venue sans laisser de coordonnées",
    "Companies that joined, each with an address": "Entreprises adhérentes, chacune avec une adresse",
    "Wildix France is the branch of a company from Italy": (
        "Wildix France est la succursale d'une société italienne"
    ),
    "Memberships confirmed": "Adhésions confirmées",
    "A student without a card": "Un étudiant sans carte",
    # what is booked
    "A member alone does not book the large room": "Un adhérent seul ne réserve pas la grande salle",
    "Twenty-five people do not fit into it": "Vingt-cinq personnes n'y tiennent pas",
    "Rivals at once for the large room: those who have it, those told that it is taken": (
        "Rivaux simultanés pour la grande salle : ceux qui l'ont, ceux qui apprennent qu'elle est prise"
    ),
    "Losers to whom something else was offered": "Perdants à qui autre chose a été proposé",
    "Offers of what somebody has already": "Propositions de ce que quelqu'un a déjà",
    "Losers who take something else, and have it": "Perdants qui prennent autre chose, et l'obtiennent",
    "Bookings asked for and not had": "Réservations demandées et non obtenues",
    "Bookings whose person came": "Réservations honorées",
    "Bookings to which nobody came": "Réservations où personne n'est venu",
    "Bookings given up long before": "Réservations annulées bien avant",
    "Bookings given up the day before": "Réservations annulées la veille",
    "The walk-in is booked in at the desk, without membership, and pays": (
        "La personne de passage est inscrite à l'accueil, sans adhésion, et paie"
    ),
    "A company pays what its people book": "Une entreprise paie ce que réservent les siens",
    "Claims of one room or desk that overlap": "Occupations d'une salle ou d'un poste qui se chevauchent",
    # the fibre line
    "Fibre at the 302, symmetric, as qualified": "La fibre au 302, symétrique, telle que qualifiée",
    "The price that Wildix ordered at": "Le tarif auquel Wildix a commandé",
    "The technician comes": "La venue du technicien",
    "Wildix sees its line, another company does not": "Wildix voit sa ligne, une autre entreprise non",
    "Nothing is activated before its day": "Rien n'est activé avant son jour",
    "The line works from this day on": "La ligne fonctionne à partir de ce jour",
    # what is invoiced
    "{}: things used, each charged once": "{} : usages, chacun facturé une fois",
    "{}: what is due for them, in euros": "{} : ce qui est dû pour eux, en euros",
    "{}: uses that a plan includes": "{} : usages compris dans une formule",
    "{}: planned invoices that are not to the cent what the oracle says": (
        "{} : factures préparées qui ne sont pas, au centime, celles de l'oracle"
    ),
    "{}: planned invoices that something keeps back": "{} : factures préparées que quelque chose retient",
    "Who planned a run does not release it": "Qui a préparé une campagne ne la valide pas",
    "{}: released by a second person": "{} : validée par une seconde personne",
    "{}: invoices sealed, and what they come to": "{} : factures scellées, et leur montant",
    "Invoices are numbered without gap": "Les factures sont numérotées sans trou",
    "Invoices without VAT, VAT, in all": "Factures hors taxe, TVA, en tout",
    "Invoices whose lines, VAT and total do not add up": (
        "Factures dont lignes, TVA et total ne s'additionnent pas"
    ),
    "Uses of both months without price, not invoiced, let off": (
        "Usages des deux mois sans tarif, non facturés, remis"
    ),
    "Facts that contradict a charge": "Faits qui contredisent une somme due",
    "The chain of documents holds": "La chaîne des documents tient",
    "What customers owe, what was earned, what VAT waits": (
        "Ce que doivent les clients, ce qui a été gagné, la TVA en attente"
    ),
    "Debits less credits of the whole ledger": "Débits moins crédits de tout le grand livre",
    "Wildix reads its invoices and no other": "Wildix lit ses factures et aucune autre",
    "Invoices of Wildix, one a month": "Factures de Wildix, une par mois",
    "{}: the fibre line without VAT, VAT, in all": "{} : la ligne fibre hors taxe, TVA, en tout",
    "{}: its line names the place, and what its price rests on": (
        "{} : la ligne nomme le lieu, et ce sur quoi repose son tarif"
    ),
    "The PDF of an invoice is the one that was sealed": "Le PDF d'une facture est celui qui a été scellé",
    # who hears of it
    "The partner reads bookings and resources, and nothing else": (
        "Le partenaire lit réservations et ressources, et rien d'autre"
    ),
    "Bookings that the partner was not told of": "Réservations que le partenaire n'a pas apprises",
    "Persons whom these events identify": "Personnes que ces événements identifient",
    "The key opens no other territory": "La clé n'ouvre aucun autre territoire",
    "Invoice lines without an event behind them": "Lignes de facture sans événement derrière elles",
    "Lines for a booking, and those that lead back to one that was asked for": (
        "Lignes d'une réservation, et celles qui remontent à une demande"
    ),
    "Bookings on invoices that somebody else is said to have asked for": (
        "Réservations facturées attribuées à quelqu'un d'autre"
    ),
    "Memberships on invoices, confirmed or ended by La Mêlée’s staff": (
        "Adhésions facturées, confirmées ou closes par l'équipe de La Mêlée"
    ),
    "The months of the fibre line go back to its activation by the hub manager": (
        "Les mois de fibre remontent à l'activation par la responsable du lieu"
    ),
    "Prices of bookings that the booking did not cause": "Prix que leur réservation n'a pas causés",
    "Charges priced more than once": "Sommes calculées plus d'une fois",
    "Bookings that have a cause before the person’s own command": (
        "Réservations causées par autre chose que la demande de la personne"
    ),
    "Acknowledged bookings that the feed does not tell of": "Réservations acquises que le flux ne dit pas",
    "Invoices of which no mail tells": "Factures qu'aucun courriel n'annonce",
    "Wildix is written what its fibre line costs": "Wildix apprend par courriel ce que coûte sa ligne",
    "Mails that came twice": "Courriels arrivés deux fois",
    "Mails that left and did not arrive": "Courriels partis et non arrivés",
    "Messages that failed: those to the walk-in, who left no address": (
        "Messages en échec : ceux à la personne de passage, sans adresse"
    ),
    "A member’s request for the large room waits for the desk": (
        "La demande d’un membre pour la grande salle attend l’accueil"
    ),
    "Every command once more, under its key: those refused, events added": (
        "Chaque commande une fois de plus, sous sa clé : refusées, événements ajoutés"
    ),
    # at the end
    "What is true after it": "Ce qui est vrai ensuite",
    "fact": "fait",
    "found": "constaté",
    "expected": "attendu",
}


def said(english: str) -> str:
    """Say it in the language of the terminal; a sentence that has no French yet stays English."""
    if language() != "fr":
        return english
    french = FRENCH.get(_OPEN.sub("{}", english))
    return french.format(*_OPEN.findall(english)) if french else english
