"""What keeps the demo from being lived: each with an id, a sentence and a way out."""

from __future__ import annotations

from maillage.sentences import Sentence

LIVED_OTHERWISE = Sentence(
    "MLG-E060",
    "{territory} is already in use here, not by the demo of seed {seed} and month {month}.",
    "Run the demo on an empty platform: point MAILLAGE_DATA_DIR to another folder and start it there.",
    "{territory} est déjà en service ici, autrement que par la démonstration {seed} de {month}.",
    "Lancez la démonstration sur une plateforme vide : indiquez un autre dossier par MAILLAGE_DATA_DIR.",
)
NEVER_CAME = Sentence(
    "MLG-E061",
    "After {seconds} seconds the demo still waits for this: {what}.",
    "Look with `maillage status`, then run `maillage demo` again: it goes on where it stopped.",
    "Après {seconds} secondes, la démonstration attend encore ceci : {what}.",
    "Voyez `maillage status`, puis relancez `maillage demo` : elle reprend où elle s’est arrêtée.",
)
ACT_REFUSED = Sentence(
    "MLG-E062",
    "{service} refused an act of the demo ({path}): {detail}",
    "If the territory was changed by hand, run the demo on an empty platform.",
    "{service} a refusé un acte de la démonstration ({path}) : {detail}",
    "Si le territoire a été modifié à la main, lancez la démonstration sur une plateforme vide.",
)
WRONG_MONTH = Sentence(
    "MLG-E063",
    "{month} is no month of the demo.",
    "Write a month between 2000-01 and 2099-09 as YYYY-MM.",
    "{month} n’est pas un mois de la démonstration.",
    "Donnez un mois compris entre 2000-01 et 2099-09, sous la forme AAAA-MM.",
)
ALL = (LIVED_OTHERWISE, NEVER_CAME, ACT_REFUSED, WRONG_MONTH)
