"""Says how far a fibre line got, and which step comes next: pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from portal.prices import in_force

STAGES: Final = ("qualified", "ordered", "appointment_booked", "active")
COMMITMENTS: Final = (0, 12, 24, 36)

Json = Mapping[str, Any]


def stages(state: str) -> list[tuple[str, str]]:
    """Return the stages of a line with each one's place: gone, here, ahead; or where it cannot go on."""
    if state == "not_eligible":
        return [("not_eligible", "ended")]
    at = STAGES.index(state)
    last = len(STAGES) - 1
    return [
        (stage, "gone" if i < at or i == at == last else "here" if i == at else "ahead")
        for i, stage in enumerate(STAGES)
    ]


def next_step(line: Json, *, activates: bool) -> str:
    """Return what can be done next: order, appointment, activate; nothing where another has to act."""
    match line["state"]:
        case "qualified":
            return "order"
        case "ordered":
            return "appointment"
        case "appointment_booked":
            return "activate" if activates else "appointment"
    return ""


def monthly(versions: Sequence[Json], plan_codes: Sequence[str], day: date) -> list[Json]:
    """Return the prices by month that are no plan's, of the versions in force on a day."""
    return [
        price
        for price in in_force(versions, day)
        if price["unit"] == "month" and price["price_code"] not in plan_codes
    ]


def visit(day: str, start: str, zone: str) -> tuple[str, str]:
    """Return from when to when a technician comes: two hours from a wall time. Raises ValueError."""
    local = datetime.fromisoformat(f"{day}T{start}:00").replace(tzinfo=ZoneInfo(zone))
    begins = local.astimezone(UTC)
    return begins.isoformat(), (begins + timedelta(hours=2)).isoformat()


def customers(memberships: Sequence[Json], lines: Sequence[Json], named: Mapping[str, str]) -> dict[str, str]:
    """Return the organisations a person deals with, by id, with the names that are known."""
    parties = [each[role] for each in memberships for role in ("holder", "payer")]
    parties += [line["customer"] for line in lines]
    found = {party["organisation_id"]: "" for party in parties if party.get("organisation_id")}
    return {organisation_id: named.get(organisation_id, "") for organisation_id in found}
