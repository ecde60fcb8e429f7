"""What the hub offers and for how much: resources, plans and prices, as data that depends on nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

EXCLUDING, INCLUDING = "excluding_vat", "including_vat"
VAT_PERCENT = 20
LATE_PERCENT = 50  # of the price that stays due when somebody cancels less than 24 hours before
FIBRE = "fibre-1g"
Amounts = Mapping[str | None, tuple[str, str]]  # by audience; None is everyone else


@dataclass(frozen=True, slots=True)
class Tariff:
    """One price code: what it is called, its unit, and what each audience pays."""

    code: str
    fr: str
    en: str
    unit: str
    amounts: Amounts
    prorated: bool = False

    def amount(self, audience: str) -> tuple[str, str]:
        """Return the price of an audience and its mode."""
        return self.amounts.get(audience) or self.amounts[None]


@dataclass(frozen=True, slots=True)
class Right:
    """One right of a plan: a kind of resource, included up to a quantity a month, else paid in money."""

    kind: str
    included: bool = False
    quantity: int | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What an audience can take."""

    audience: str
    fr: str
    en: str
    monthly: str
    mode: str
    rights: tuple[Right, ...]
    proof: bool = False

    @property
    def code(self) -> str:
        return f"plan-{self.audience.replace('_', '-')}"


@dataclass(frozen=True, slots=True)
class Thing:
    """Something to be booked; `parts` names what it is composed of."""

    key: str
    kind: str
    name: str
    price_code: str
    capacity: int | None = None
    parts: tuple[str, ...] = ()


_ROOM, _EQUIPMENT = Right("room"), Right("equipment")
PLANS = (
    Plan("nomad", "Nomade", "Nomad", "24.00", INCLUDING, (Right("desk"), _ROOM, _EQUIPMENT)),
    Plan(
        "micro_entrepreneur",
        "Micro-entrepreneur",
        "Micro-entrepreneur",
        "55.00",
        EXCLUDING,
        (Right("desk", included=True, quantity=8, unit="half_day"), Right("desk"), _ROOM, _EQUIPMENT),
    ),
    Plan(
        "teleworker",
        "Télétravail",
        "Telework",
        "89.00",
        INCLUDING,
        (Right("desk", included=True), _ROOM, _EQUIPMENT),
    ),
    Plan(
        "project_holder",
        "Porteur de projet",
        "Project holder",
        "14.90",
        INCLUDING,
        (Right("desk"), _ROOM, _EQUIPMENT),
    ),
    Plan("student", "Étudiant", "Student", "4.99", INCLUDING, (Right("desk"), _ROOM), proof=True),
    Plan(
        "company",
        "Entreprise",
        "Company",
        "120.00",
        EXCLUDING,
        (Right("office", included=True, quantity=2, unit="day"), Right("office"), _ROOM, _EQUIPMENT),
    ),
)
PLAN_OF = {plan.audience: plan for plan in PLANS}

TARIFFS = (
    Tariff(
        "desk",
        "Poste de travail",
        "Desk",
        "half_day",
        {
            None: ("8.00", INCLUDING),
            "micro_entrepreneur": ("7.00", EXCLUDING),
            "project_holder": ("3.55", INCLUDING),
            "student": ("1.99", INCLUDING),
        },
    ),
    Tariff("office", "Bureau à la journée", "Office by the day", "day", {None: ("35.00", EXCLUDING)}),
    Tariff("room", "Salle", "Room", "hour", {None: ("14.95", INCLUDING), "company": ("18.00", EXCLUDING)}),
    Tariff(
        "large-room",
        "Grande salle de réunion",
        "Large meeting room",
        "hour",
        {None: ("26.10", INCLUDING), "company": ("32.00", EXCLUDING)},
    ),
    Tariff(
        "cabin",
        "Cabine d’appel",
        "Call cabin",
        "hour",
        {None: ("4.95", INCLUDING), "company": ("4.15", EXCLUDING)},
    ),
    Tariff("projector", "Vidéoprojecteur", "Projector", "booking", {None: ("5.00", EXCLUDING)}),
    *(
        Tariff(
            plan.code,
            f"Formule {plan.fr}",
            f"{plan.en} plan",
            "month",
            {None: (plan.monthly, plan.mode)},
            prorated=True,
        )
        for plan in PLANS
    ),
    Tariff(
        FIBRE,
        "Fibre 1 Gbit/s symétrique",
        "Fibre 1 Gbit/s symmetric",
        "month",
        {None: ("500.00", EXCLUDING)},
        prorated=True,
    ),
)
TARIFF_OF = {tariff.code: tariff for tariff in TARIFFS}

DESKS, OFFICES, CABINS = 28, 6, 8
LARGE = "large"
THINGS = (
    *(Thing(f"desk-{n}", "desk", f"Poste {n}", "desk", 1) for n in range(1, DESKS + 1)),
    *(Thing(f"office-{n}", "office", f"Bureau {n}", "office", 3) for n in range(1, OFFICES + 1)),
    Thing("canal", "room", "Salle Canal", "room", 10),
    Thing("cite", "room", "Salle Cité", "room", 12),
    Thing(LARGE, "room", "Grande salle", "large-room", 24, ("canal", "cite")),
    *(Thing(f"cabin-{n}", "room", f"Cabine {n}", "cabin", 2) for n in range(1, CABINS + 1)),
    Thing("projector", "equipment", "Vidéoprojecteur", "projector"),
)
THING_OF = {thing.key: thing for thing in THINGS}
