"""Every failure an operator can meet: a stable id, the sentence, the way out, in English and French."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sentence:
    """A failure's public id and its words; `{values}` are filled in when it happens."""

    id: str
    en: str
    en_cure: str
    fr: str
    fr_cure: str


class StartError(Exception):
    """A part of the platform cannot start or run; carries the sentence and its values."""

    def __init__(self, sentence: Sentence, **values: object) -> None:
        self.sentence = sentence
        self.values = values
        super().__init__(f"{sentence.id} {self.said('en')}")

    def said(self, language: str) -> str:
        return (self.sentence.fr if language == "fr" else self.sentence.en).format(**self.values)

    def cure(self, language: str) -> str:
        return (self.sentence.fr_cure if language == "fr" else self.sentence.en_cure).format(**self.values)

    def in_both(self) -> dict[str, str]:
        """To be kept until somebody asks in a language; see `told`."""
        words = {
            "en": self.said("en"),
            "en_cure": self.cure("en"),
            "fr": self.said("fr"),
            "fr_cure": self.cure("fr"),
        }
        return {"id": self.sentence.id, **words}


def told(failure: Mapping[str, str], language: str) -> dict[str, str]:
    """A failure kept in both languages as `{"id", "text", "cure"}` in one."""
    return {"id": failure["id"], "text": failure[language], "cure": failure[f"{language}_cure"]}


def language(asked: str | None = None) -> str:
    """`fr` or `en`: what was asked for, else what the environment's locale says."""
    locale = (
        asked or os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    )
    return "fr" if locale.lower().startswith("fr") else "en"


PORT_TAKEN = Sentence(
    "MLG-E001",
    "Port {port}, needed by {part}, is taken by {holder}.",
    "Stop that process, or choose another port with {setting}.",
    "Le port {port}, nécessaire à {part}, est déjà pris par {holder}.",
    "Arrêtez ce processus, ou choisissez un autre port avec {setting}.",
)
ALREADY_RUNNING = Sentence(
    "MLG-E002",
    "The platform already runs from {data} (process {pid}).",
    "See it with `maillage status`, stop it with `maillage down`.",
    "La plateforme tourne déjà depuis {data} (processus {pid}).",
    "Voyez-la avec `maillage status`, arrêtez-la avec `maillage down`.",
)
NOT_RUNNING = Sentence(
    "MLG-E003",
    "The platform does not run from {data}.",
    "Start it with `maillage up`.",
    "La plateforme ne tourne pas depuis {data}.",
    "Démarrez-la avec `maillage up`.",
)
UNKNOWN_PART = Sentence(
    "MLG-E004",
    "There is no part named {name}.",
    "Name one of: {known}.",
    "Aucun élément ne s’appelle {name}.",
    "Nommez l’un de ceux-ci : {known}.",
)
PART_NOT_UP = Sentence(
    "MLG-E005",
    "{name} has no process at the moment.",
    "It is being started again: look with `maillage status`.",
    "{name} n’a pas de processus en ce moment.",
    "Il est en cours de redémarrage : voyez `maillage status`.",
)
STOP_SLOW = Sentence(
    "MLG-E006",
    "The platform (process {pid}) has not stopped within {seconds} seconds.",
    "It may still be draining: look with `maillage status`, then repeat `maillage down`.",
    "La plateforme (processus {pid}) ne s’est pas arrêtée en {seconds} secondes.",
    "Elle termine peut-être son travail : voyez `maillage status`, puis relancez `maillage down`.",
)
CONTROL_FILE_DAMAGED = Sentence(
    "MLG-E010",
    "The database's control file {path} is damaged: {size} bytes instead of 8192.",
    "Restore the data folder from a backup; or, if nothing in it is to be kept, "
    "move {folder} away and start again.",
    "Le fichier de contrôle de la base {path} est endommagé : {size} octets au lieu de 8192.",
    "Restaurez le dossier de données depuis une sauvegarde ; ou, s’il ne contient rien à garder, "
    "déplacez {folder} et redémarrez.",
)
WRONG_MAJOR = Sentence(
    "MLG-E011",
    "The data folder {folder} was made by PostgreSQL {found}; this release runs PostgreSQL {expected}.",
    "Dump it with PostgreSQL {found} and load it here, or point MAILLAGE_DATA_DIR to another folder.",
    "Le dossier de données {folder} vient de PostgreSQL {found} ; "
    "cette version utilise PostgreSQL {expected}.",
    "Exportez-le avec PostgreSQL {found} et rechargez-le ici, ou indiquez un autre dossier "
    "par MAILLAGE_DATA_DIR.",
)
NO_ROOM = Sentence(
    "MLG-E012",
    "The data folder {folder} has {free} MB free; at least {needed} MB are needed.",
    "Free some space, or point MAILLAGE_DATA_DIR to a folder on a larger disk.",
    "Le dossier de données {folder} n’a que {free} Mo libres ; il en faut au moins {needed}.",
    "Libérez de la place, ou indiquez par MAILLAGE_DATA_DIR un dossier sur un disque plus grand.",
)
NOT_WRITABLE = Sentence(
    "MLG-E013",
    "The data folder {folder} cannot be written: {reason}.",
    "Give yourself the right to write there, or point MAILLAGE_DATA_DIR to a folder of yours.",
    "Le dossier de données {folder} n’est pas accessible en écriture : {reason}.",
    "Donnez-vous le droit d’y écrire, ou indiquez par MAILLAGE_DATA_DIR un dossier qui vous appartient.",
)
NOT_REACHABLE = Sentence(
    "MLG-E014",
    "PostgreSQL does not run as root, and the user {user} cannot enter {folder}.",
    "Run maillage as an ordinary user, or point MAILLAGE_DATA_DIR to a folder that every user may enter.",
    "PostgreSQL ne tourne pas en root, et l’utilisateur {user} ne peut pas entrer dans {folder}.",
    "Lancez maillage en utilisateur ordinaire, ou indiquez par MAILLAGE_DATA_DIR un dossier "
    "où tous peuvent entrer.",
)
SECRET_LOST = Sentence(
    "MLG-E015",
    "The database in {folder} exists, but its password file {path} is gone.",
    "Restore that file from the same backup as the database.",
    "La base de {folder} existe, mais son fichier de mot de passe {path} a disparu.",
    "Restaurez ce fichier depuis la même sauvegarde que la base.",
)
SOCKET_FOLDER_FOREIGN = Sentence(
    "MLG-E016",
    "The socket folder {folder} belongs to another user.",
    "Have it removed, or point MAILLAGE_DATA_DIR to a folder with a shorter path.",
    "Le dossier de connexion {folder} appartient à un autre utilisateur.",
    "Faites-le supprimer, ou indiquez par MAILLAGE_DATA_DIR un dossier au chemin plus court.",
)
PART_FAILED = Sentence(
    "MLG-E020",
    "{part} does not start: {reason}",
    "Read {log}; `maillage doctor` looks for the usual causes.",
    "{part} ne démarre pas : {reason}",
    "Lisez {log} ; `maillage doctor` cherche les causes habituelles.",
)
PART_SLOW = Sentence(
    "MLG-E021",
    "{part} is still not ready after {seconds} seconds.",
    "Read {log}; on a slow machine, give it longer with MAILLAGE_START_SECONDS.",
    "{part} n’est toujours pas prêt après {seconds} secondes.",
    "Lisez {log} ; sur une machine lente, laissez-lui plus de temps avec MAILLAGE_START_SECONDS.",
)
DISK_FULL = Sentence(
    "MLG-E022",
    "{part} stopped: no space is left on the disk of {folder}.",
    "Free some space, then start again: what was committed is kept.",
    "{part} s’est arrêté : il n’y a plus de place sur le disque de {folder}.",
    "Libérez de la place, puis redémarrez : ce qui a été validé est conservé.",
)
PART_LOST = Sentence(
    "MLG-E023",
    "{part} died ({how}); it is started again, and nothing acknowledged is lost.",
    "Nothing to do; if it keeps dying, read {log}.",
    "{part} s’est arrêté ({how}) ; il redémarre, et rien de ce qui a été confirmé n’est perdu.",
    "Rien à faire ; s’il s’arrête encore, lisez {log}.",
)
MIGRATION_FAILED = Sentence(
    "MLG-E024",
    "The schema of {service} cannot be brought up to date: {reason}",
    "Read {log}; the files applied before it stay, and the next start goes on from there.",
    "Le schéma de {service} ne peut pas être mis à jour : {reason}",
    "Lisez {log} ; les fichiers déjà appliqués restent, et le prochain démarrage reprend à cet endroit.",
)
TOPICS_FAILED = Sentence(
    "MLG-E025",
    "The topics cannot be created on {address}: {reason}.",
    "Check that the broker at {address} is reachable and lets this client create topics.",
    "Les topics ne peuvent pas être créés sur {address} : {reason}.",
    "Vérifiez que le courtier {address} est joignable et permet de créer des topics.",
)
DATABASE_UNREACHABLE = Sentence(
    "MLG-E026",
    "The database server does not answer as its superuser: {reason}",
    "Check MAILLAGE_POSTGRES: host, port, user and password.",
    "Le serveur de bases ne répond pas à son superutilisateur : {reason}",
    "Vérifiez MAILLAGE_POSTGRES : hôte, port, utilisateur et mot de passe.",
)
CHECKOUT_WITHOUT_SERVICE = Sentence(
    "MLG-E027",
    "{path} holds no service {service}.",
    "Name the root of a checkout: the folder that holds services/{service}.",
    "{path} ne contient pas le service {service}.",
    "Indiquez la racine d’une copie du dépôt : le dossier qui contient services/{service}.",
)
CONTRACT_STEP = Sentence(
    "MLG-E028",
    "This version of {service} takes out of the schema ({step}) what the version at work still uses.",
    "Nothing was changed. Stop the platform with `maillage down`, then start it with this version.",
    "Cette version de {service} retire du schéma ({step}) ce que la version en service utilise encore.",
    "Rien n’a été changé. Arrêtez la plateforme avec `maillage down`, puis démarrez-la avec cette version.",
)
NOT_REPLACED = Sentence(
    "MLG-E029",
    "The new version of {part} did not become ready ({reason}): the version before has been put back.",
    "Read {log}, then try again; `maillage status` shows the version that runs.",
    "La nouvelle version de {part} n’est pas devenue prête ({reason}) : "
    "la version précédente a été remise en place.",
    "Lisez {log}, puis réessayez ; `maillage status` montre la version qui tourne.",
)
DOWNLOAD_FAILED = Sentence(
    "MLG-E030",
    "{what} cannot be downloaded: {reason}.",
    "Check the network and its proxy settings (HTTPS_PROXY, REQUESTS_CA_BUNDLE), then start again: "
    "what has arrived is kept.",
    "{what} ne peut pas être téléchargé : {reason}.",
    "Vérifiez le réseau et ses réglages de proxy (HTTPS_PROXY, REQUESTS_CA_BUNDLE), puis redémarrez : "
    "ce qui est arrivé est conservé.",
)
NO_ANSWER = Sentence(
    "MLG-E033",
    "The platform has not carried out the replacement within {seconds} seconds.",
    "It may still be at it: look with `maillage status`, then read the service’s log.",
    "La plateforme n’a pas fait le remplacement en {seconds} secondes.",
    "Elle y travaille peut-être encore : voyez `maillage status`, puis lisez le journal du service.",
)
SIGN_IN_REFUSED = Sentence(
    "MLG-E031",
    "Membership does not sign in: {reason}",
    "See `maillage status`; wait a moment if links were asked for often.",
    "Le service membership n'ouvre pas de session : {reason}",
    "Voyez `maillage status` ; attendez un peu si des liens ont été souvent demandés.",
)
NO_SIGN_IN_MAIL = Sentence(
    "MLG-E032",
    "No mail with a code came for {mail} into {folder}.",
    "Use the address of a person whom the platform knows.",
    "Aucun courriel portant un code n'est arrivé pour {mail} dans {folder}.",
    "Donnez l'adresse d'une personne que la plateforme connaît.",
)
ERASURE_REFUSED = Sentence(
    "MLG-E034",
    "The erasure was not confirmed: {reason}",
    "See the erasures of the territory: one is confirmed once, by somebody who did not ask for it.",
    "L'effacement n'est pas confirmé : {reason}",
    "Voyez les effacements du territoire : chacun se confirme une fois, par qui ne l'a pas demandé.",
)
