"""Refusals, which callers see and can cure, and faults, which only operators see."""

import re
from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import JsonValue

from chassis.nouns import french, french_role

Language = Literal["en", "fr"]


class Refused(Exception):
    """The request is refused."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "refused"
    fr: ClassVar[str] = "La demande est refusée."
    cure: ClassVar[tuple[str, str] | None] = None

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if not cls.__doc__ or "fr" not in vars(cls):
            raise TypeError(f"{cls.__name__} needs its message: a docstring (English) and `fr` (French)")
        cls.code = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", cls.__name__).lower()

    def __init__(self, **values: JsonValue) -> None:
        self.values: Mapping[str, JsonValue] = values
        super().__init__(self.code, values)

    def said(self, language: Language = "en") -> str:
        """Return the refusal as one sentence, its values filled in."""
        message = self.fr if language == "fr" else (self.__doc__ or "").strip()
        return self._filled(message, language)

    def cure_said(self, language: Language = "en") -> str | None:
        """Return what the caller can do about it, or None where nothing can be done."""
        if self.cure is None:
            return None
        return self._filled(self.cure[1 if language == "fr" else 0], language)

    def _filled(self, message: str, language: Language) -> str:
        """Fill the values in; in French with its apostrophe, its no-break spaces and its order of a date."""
        if language == "en":
            return message.format_map(self.values)
        set_in_french = re.sub(r" (?=[:;!?»])|(?<=«) ", "\u00a0", message.replace("'", "’"))
        return set_in_french.format_map(self.in_french())

    def in_french(self) -> Mapping[str, JsonValue]:
        """Return the values as a French sentence shows them."""
        return {name: _french(value) for name, value in self.values.items()}

    def __str__(self) -> str:
        return f"{self.code}: {self.said()}"


def _french(value: JsonValue) -> JsonValue:
    return _DAY.sub(r"\3/\2/\1", value) if isinstance(value, str) else value


_DAY = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b(?!-)")


class NotFound(Refused):
    """There is no {what} {id} here."""

    status = 404
    fr = "Introuvable ici : {what} {id}."

    def in_french(self) -> Mapping[str, JsonValue]:
        """Say what is missing by its French noun."""
        shown = super().in_french()
        return {**shown, "what": french(str(shown["what"]))} if "what" in shown else shown


class Invalid(Refused):
    """The request cannot be read: {reason}."""

    status = 422
    fr = "La demande est illisible : {reason}."


class Unauthenticated(Refused):
    """Sign in first: the request carries no valid token."""

    status = 401
    fr = "Connectez-vous d'abord : la demande ne porte pas de jeton valable."


class Forbidden(Refused):
    """Your roles do not reach this here: {action} is for {roles}."""

    status = 403
    fr = "Vos rôles n'y suffisent pas ici : « {action} » revient à {roles}."
    cure = (
        "Ask somebody who has that role, or have a territory administrator give it to you.",
        "Demandez à qui a ce rôle, ou faites-le-vous donner par l'administration du territoire.",
    )

    def __init__(self, action: str, roles: str = "other roles") -> None:
        super().__init__(action=action, roles=roles)

    def in_french(self) -> Mapping[str, JsonValue]:
        """Name the roles in French."""
        roles = str(self.values["roles"]).split(", ")
        return {**super().in_french(), "roles": ", ".join(map(french_role, roles))}


class CatchingUp(Refused):
    """The service is still reading what the others said; it answers in a moment."""

    status = 503
    fr = "Le service lit encore ce que les autres ont annoncé ; il répondra dans un instant."
    cure = ("Try again in {retry_after} seconds.", "Réessayez dans {retry_after} secondes.")


class Fault(Exception):
    """Trouble of the infrastructure, never shown to a caller; subclasses end in Error."""
