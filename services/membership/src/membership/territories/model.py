"""Decides how a territory opens, in which zone it lives, and when its clock may be moved."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict

from chassis.errors import NotFound, Refused
from contracts.values import Instant
from membership.reference.model import GroupingShown

MAINLAND: Final = "Europe/Paris"
OVERSEAS: Final = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)


class GroupingUnknown(NotFound):
    """No grouping of towns has the SIREN {siren} in the list of the State."""

    fr = "Aucun groupement de communes n'a le SIREN {siren} dans la liste de l'État."
    cure = (
        "Look for it by name in /v1/platform/groupings.",
        "Cherchez-le par son nom dans /v1/platform/groupings.",
    )


class TerritoryAlreadyOpen(Refused):
    """The territory {siren} is already open, as {kind}."""

    fr = "Le territoire {siren} est déjà ouvert ; nature : {kind}."
    cure = ("Use it as it is.", "Utilisez-le tel qu'il est.")


class TerritoryNotOpen(Refused):
    """The territory {siren} is not open on this platform."""

    fr = "Le territoire {siren} n'est pas ouvert sur cette plateforme."
    cure = (
        "Ask the platform's operator to open it.",
        "Demandez à l'exploitant de la plateforme de l'ouvrir.",
    )


class ZoneUnknown(Refused):
    """The time zone {zone} is not in the IANA list."""

    status = 422
    fr = "Le fuseau horaire {zone} n'est pas dans la liste de l'IANA."
    cure = (
        "Give a name such as Europe/Paris, or none for that of the territory.",
        "Donnez un nom tel qu'Europe/Paris, ou aucun pour celui du territoire.",
    )


class ClockOfARealTerritory(Refused):
    """{siren} is a real territory: it lives in real time, and nobody sets its clock."""

    fr = "{siren} est un territoire réel : il vit au temps réel, et personne ne règle son horloge."
    cure = ("Open a sandbox to try another date.", "Ouvrez un bac à sable pour essayer une autre date.")


class ClockNotForward(Refused):
    """The clock shows {now}: {asked} would not move it forward."""

    fr = "L'horloge marque {now} : {asked} ne la ferait pas avancer."
    cure = ("Ask for an instant after {now}.", "Demandez un instant postérieur à {now}.")


class InstantOutOfReach(Refused):
    """The clock of a sandbox stands between {earliest} and {latest}: {asked} lies outside."""

    status = 422
    fr = "L'horloge d'un bac à sable se tient entre {earliest} et {latest} : {asked} est au-dehors."
    cure = ("Ask for an instant between the two.", "Demandez un instant entre les deux.")


class OpenTerritory(BaseModel):
    """Open a grouping of towns: in real time, or as a sandbox whose clock starts at an instant of choice."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["real", "sandbox"]
    starts_at: Instant | None = None
    zone: str | None = None


class Territory(BaseModel):
    """A grouping of towns that uses the platform; a sandbox has a start, and a clock that can be moved."""

    model_config = ConfigDict(frozen=True)

    territory_id: str
    name: str
    kind: str
    zone: str
    sandbox: bool
    sandbox_start: datetime | None
    opened_at: datetime


def opened(grouping: GroupingShown, asked: OpenTerritory, now: datetime) -> Territory:
    """Open a grouping; `now` is real time. A sandbox starts at the instant asked, else now.

    Raises ClockOfARealTerritory, ZoneUnknown, InstantOutOfReach.
    """
    sandbox = asked.kind == "sandbox"
    if asked.starts_at and not sandbox:
        raise ClockOfARealTerritory(siren=grouping.siren)
    return Territory(
        territory_id=grouping.siren,
        name=grouping.name,
        kind=grouping.kind,
        zone=known_zone(asked.zone or zone_of(grouping.departements)),
        sandbox=sandbox,
        sandbox_start=within_reach(asked.starts_at or now) if sandbox else None,
        opened_at=now,
    )


def moved_ahead(territory: Territory, to: datetime, now: datetime, ahead: timedelta) -> timedelta:
    """Return how far ahead of real time a sandbox's clock runs once it is moved to `to`, in whole seconds.

    `now` is the territory's business time, `ahead` its present offset. Raises ClockOfARealTerritory,
    ClockNotForward, InstantOutOfReach.
    """
    if not territory.sandbox:
        raise ClockOfARealTerritory(siren=territory.territory_id)
    if within_reach(to) <= now:
        raise ClockNotForward(now=now.isoformat(), asked=to.isoformat())
    return offset(to, now - ahead)


def offset(to: datetime, real: datetime) -> timedelta:
    """Return the offset that makes the real instant read `to`, rounded up to whole seconds."""
    whole, rest = divmod(to - real, timedelta(seconds=1))
    return timedelta(seconds=whole + bool(rest))


def within_reach(instant: datetime) -> datetime:
    """Return the instant; raises InstantOutOfReach outside the years 2000 to 2099."""
    if not EARLIEST <= instant < LATEST:
        raise InstantOutOfReach(
            earliest=EARLIEST.isoformat(), latest=LATEST.isoformat(), asked=instant.isoformat()
        )
    return instant


def zone_of(departements: Sequence[str]) -> str:
    """Return the time zone of a grouping by its first département."""
    return OVERSEAS.get(departements[0], MAINLAND) if departements else MAINLAND


def known_zone(zone: str, zones: Collection[str] = frozenset(available_timezones())) -> str:
    """Return the zone; raises ZoneUnknown for a name that IANA does not list."""
    if zone not in zones:
        raise ZoneUnknown(zone=zone)
    return zone
