"""Act five: a fibre line for Wildix, from the question whether it is possible to the day it works."""

from __future__ import annotations

from maillage.demo.cast import WILDIX
from maillage.demo.months import at, instant
from maillage.demo.stage import Stage
from maillage.demo.tables import FIBRE
from maillage.demo.wire import Answer, Json, until

ACTIVATED = 12  # day of the first month
_TRIES = 400


async def order_line(stage: Stage) -> None:
    """The hub manager says where fibre is; Wildix asks, orders and agrees on a day."""
    wildix, month = stage.by("for-wildix"), stage.draws.month
    await _served(stage)
    stage.line_id = stage.id("fibre line")
    customer = {"organisation_id": stage.organisation(WILDIX)}
    wanted = {
        "line_id": stage.line_id,
        "site_id": stage.site_id,
        "customer": customer,
        "unit": "Bureau 1",
    }

    async def qualified() -> Answer | None:
        answer = await wildix.attempt("billing", "/fibre-lines", wanted, "qualify")
        return answer if answer.accepted else None

    line = (await until(qualified, "billing to know who stands for Wildix")).body
    terms = [line["state"], line["terms"]["down_mbps"], line["terms"]["up_mbps"]]
    path = f"/fibre-lines/{stage.line_id}"
    ordered = await wildix.act(
        "billing", f"{path}/order", {"price_code": FIBRE, "commitment_months": 12}, "order"
    )
    day = month.day(ACTIVATED)
    visit = {"start": instant(at(day, "13:00")), "end": instant(at(day, "15:00"))}
    booked = await wildix.act("billing", f"{path}/appointment", visit, "appointment")
    check = stage.facts.check
    check("fibre-terms", "Fibre at the 302, symmetric, as qualified", ["qualified", 1000, 1000], terms)
    price = ordered["order"]["offer"]["price"]
    found = [price["unit_price"], price["price_mode"]]
    check("fibre-price", "The price that Wildix ordered at", ["500.00", "excluding_vat"], found)
    check("fibre-appointment", "The technician comes", visit["start"], booked["appointment"]["start"])
    await _check_door(stage, path)


async def _check_door(stage: Stage, path: str) -> None:
    """Who sees the line, and that it does not work before its day."""
    hub, wildix, check = stage.by("hub"), stage.by("for-wildix"), stage.facts.check
    stranger = await stage.by("for-company-2").ask("billing", path)
    own = await wildix.ask("billing", path)
    check(
        "fibre-own",
        "Wildix sees its line, another company does not",
        [200, 404],
        [own.status, stranger.status],
    )
    early = await hub.attempt("billing", f"{path}/activate", _proof(stage, "12:00"), "activate early")
    check("fibre-early", "Nothing is activated before its day", "activation-out-of-time", early.code)


async def activate_line(stage: Stage) -> None:
    """On the twelfth the hub manager hands the line over, with what was measured."""
    path = f"/fibre-lines/{stage.line_id}/activate"
    for number in range(_TRIES):
        answer = await stage.by("hub").attempt("billing", path, _proof(stage, "14:00"), f"activate {number}")
        if answer.code != "activation-out-of-time":
            break
    line = answer.body
    day = str(stage.draws.month.day(ACTIVATED))
    found = [line.get("state"), (line.get("activation") or {}).get("activated_on")]
    stage.facts.check("fibre-active", "The line works from this day on", ["active", day], found)


def _proof(stage: Stage, clock: str) -> Json:
    day = stage.draws.month.day(ACTIVATED)
    proof = {"down_mbps": 941, "up_mbps": 938, "reference": f"PV-{day:%Y-%m%d}"}
    return {"activated_at": instant(at(day, clock)), "proof": proof}


async def _served(stage: Stage) -> None:
    """Say that the zone is served, as soon as billing knows its site."""
    for number in range(_TRIES):
        zone = {
            "zone_id": stage.id("zone", number),
            "name": "Saint-Jean de l’Arnouze",
            "site_ids": [stage.site_id],
            "served_from": str(stage.draws.month.first),
            "ports": 8,
        }
        answer = await stage.by("hub").attempt("billing", "/fibre-zones", zone, f"zone {number}")
        if answer.code != "not-found":
            return
