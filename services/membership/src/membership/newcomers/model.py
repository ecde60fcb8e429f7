"""Decides what a line may refer to, and when what it gives may begin."""

from chassis.errors import Refused


class LineRepeated(Refused):
    """Line {line} of the file says this already: {what}."""

    fr = "La ligne {line} du fichier dit déjà cela : {what_fr}."
    cure = ("Keep one of the two lines.", "Gardez l'une des deux lignes.")


class ReferenceTaken(Refused):
    """An import has brought in another one with the reference {value}."""

    fr = "Un import a déjà repris la référence {value}."
    cure = (
        "Leave the line out if it is the same, or give another reference.",
        "Retirez la ligne si c'est la même, ou donnez une autre référence.",
    )


class MemberUnknown(Refused):
    """No member here has the reference or mail address {value}."""

    fr = "Aucun adhérent d'ici n'a la référence ou l'adresse {value}."
    cure = ("Import the members first, or correct it.", "Importez d'abord les adhérents, ou corrigez-la.")


class CompanyUnknown(Refused):
    """No company here, or more than one, has the reference, SIREN or name {value}."""

    fr = "Aucune entreprise d'ici, ou plus d'une, n'a la référence, le SIREN ou le nom {value}."
    cure = ("Import the companies first, or correct it.", "Importez d'abord les entreprises, ou corrigez-le.")


class PlanUnknown(Refused):
    """No plan that can be taken is called {value}."""

    fr = "Aucune formule à prendre ne s'appelle {value}."
    cure = ("Publish it first, or correct the name.", "Publiez-la d'abord, ou corrigez le nom.")


class AudienceUnclear(Refused):
    """The plan is for several audiences, and {value} is none of them: {audiences}."""

    fr = "La formule est pour plusieurs publics, dont {value} n'est pas : {audiences}."
    cure = ("Write one of them in the column.", "Écrivez l'un d'eux dans la colonne.")


class BegunBefore(Refused):
    """The membership would begin here on {value}, before today, {today}."""

    fr = "L'adhésion commencerait ici le {value}, avant aujourd'hui, le {today}."
    cure = (
        "Leave the day empty: what was before stays with the other system.",
        "Laissez le jour vide : ce qui précède reste dans l'autre système.",
    )
