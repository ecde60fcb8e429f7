"""Decides what stands against somebody leading sessions."""

from chassis.errors import Refused


class NobodyToLead(Refused):
    """The person {person_id} leads no sessions here yet."""

    status = 422
    fr = "La personne {person_id} n'anime pas encore de session ici."
    cure = (
        "Have the staff of their site add them to who leads sessions.",
        "Faites-la ajouter par le personnel de son site à qui anime les sessions.",
    )


class AlreadyLeads(Refused):
    """The person {person_id} leads sessions here already."""

    fr = "La personne {person_id} anime déjà des sessions ici."
    cure = ("Choose them as trainer of a session.", "Choisissez-la pour animer une session.")
