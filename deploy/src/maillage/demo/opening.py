"""Act one: the territory opens as a sandbox, its site comes in, La Mêlée runs it, prices are deliberated."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from maillage.demo.cast import OPERATOR_COMPANY, Character
from maillage.demo.failures import LIVED_OTHERWISE
from maillage.demo.months import at, instant
from maillage.demo.stage import Stage, all_of
from maillage.demo.tables import LARGE, PLANS, TARIFFS, THINGS, VAT_PERCENT, Plan, Right, Tariff, Thing
from maillage.demo.wire import SIREN, Actor, Answer, Json, until
from maillage.sentences import StartError

TOPICS = ("booking.bookings.v1", "booking.resources.v1")
ACTS = ("bookings", "memberships", "persons", "resources")
DELIBERATION = "2026-014"
_OPEN = [{"weekday": day, "opens": "08:30", "closes": "19:00"} for day in range(1, 6)]
_RULES = {
    "hold_minutes": 10,
    "check_in_opens_minutes": 30,
    "grace_minutes": 30,
    "free_cancel_hours": 24,
    "late_due_percent": 50,
    "no_show_due_percent": 100,
}


async def open_territory(stage: Stage, operator: Actor) -> None:
    """The platform's operator opens Carcassonne Agglo and names its two administrators."""
    start = instant(at(stage.draws.month.first, "08:00"))
    opened = await operator.attempt("membership", "", {"kind": "sandbox", "starts_at": start}, "open")
    must_be_ours(stage, opened)
    for key in ("administrator", "director"):
        who = stage.cast.staff[key]
        must_be_ours(stage, await operator.attempt("membership", "/persons", described(who)))
        await grant(operator, stage, who, "territory-administrator")
    people = [stage.cast.staff[key] for key in ("administrator", "director")]
    await sign_in(stage, people)
    stage.facts.check(
        "territory", "The agglomération is open as a sandbox", "CA Carcassonne Agglo", opened.body["name"]
    )


def must_be_ours(stage: Stage, answer: Answer) -> None:
    """Raise StartError where somebody else was here before."""
    if not answer.accepted:
        draws = stage.draws
        raise StartError(LIVED_OTHERWISE, territory=SIREN, seed=draws.seed, month=draws.month)


async def bring_in_sites(stage: Stage) -> None:
    """The administrator brings in the third place of the national file, and opens a second site by hand."""
    boss = stage.by("administrator")
    wanted = {"import_id": stage.id("import"), "source": "tiers-lieux-2019"}
    report = await boss.act("membership", "/site-imports", wanted)
    other = {
        "site_id": stage.id("site", "pépinière"),
        "name": "Pépinière d’entreprises",
        "address": "1 Rue de la Pépinière",
        "postcode": "11000",
        "town_code": "11069",
    }
    await boss.act("membership", "/sites", other)
    sites = {site["name"]: site for site in await boss.items("membership", "/sites")}
    found = sites["Le 302"]
    stage.site_id = found["site_id"]
    check = stage.facts.check
    check(
        "file",
        "Rows of the third-place file read, sites opened",
        [1512, 1],
        [report["rows_read"], report["opened"]],
    )
    where = [found["address"], found["postcode"], found["town_name"], found["matched_by"]]
    expected = ["302 Rue Lamarck", "11000", "Carcassonne", "insee_metro"]
    check("site", "Le 302: its address, and the rule by which its town was found", expected, where)


async def entrust(stage: Stage) -> None:
    """The administrator names the staff, and lets La Mêlée run the 302."""
    boss, staff = stage.by("administrator"), stage.cast.staff
    for key in ("hub", "finance", "desk", "partner"):
        await boss.act("membership", "/persons", described(staff[key]))
    await grant(boss, stage, staff["hub"], "hub-manager")
    await grant(boss, stage, staff["finance"], "finance")
    await grant(boss, stage, staff["partner"], "partner")
    company = {
        "registration_id": stage.id("registration", "operator"),
        "name": OPERATOR_COMPANY,
        "country": "FR",
        "identifiers": [{"scheme": "siren", "value": stage.draws.siren("operator")}],
    }
    known = await boss.act("membership", "/organisations", company)
    operator_id = stage.id("operator")
    body = {"operator_id": operator_id, "organisation_id": known["organisation_id"]}
    await boss.act("membership", "/operators", body)
    delegation = {
        "delegation_id": stage.id("delegation"),
        "operator_id": operator_id,
        "site_ids": [stage.site_id],
        "acts": list(ACTS),
        "valid_from": str(stage.draws.month.first),
    }
    told = await boss.act("membership", "/delegations", delegation)
    narrowed = {"site_id": stage.site_id, "operator_id": operator_id}
    await grant(boss, stage, staff["desk"], "operator-staff", **narrowed)
    await sign_in(stage, [staff[key] for key in ("hub", "finance", "desk", "partner")])
    stage.facts.check(
        "delegation",
        "La Mêlée runs the 302: the acts entrusted to it",
        [OPERATOR_COMPANY, *ACTS],
        [told["operator_name"], *sorted(told["acts"])],
    )


async def equip(stage: Stage) -> None:
    """The staff of La Mêlée say when the 302 is open and what can be booked there, and nowhere else."""
    desk, site = stage.by("desk"), f"/sites/{stage.site_id}"

    async def known() -> bool:
        return (await desk.ask("booking", f"{site}/opening-hours")).accepted

    await until(known, "booking to know the site and its delegation")
    hours = {"valid_from": str(stage.draws.month.first), "weekly": _OPEN}
    await desk.act("booking", f"{site}/opening-hours", hours)
    await desk.act("booking", f"{site}/booking-rules", _RULES)
    simple = [thing for thing in THINGS if not thing.parts]
    composed = [thing for thing in THINGS if thing.parts]
    stage.things |= {thing.key: stage.id("resource", thing.key) for thing in THINGS}
    await all_of(desk.act("booking", "/resources", _resource(stage, thing)) for thing in simple)
    for thing in composed:
        body = _resource(stage, thing) | {"approval_required": thing.key == LARGE, "turnaround_minutes": 15}
        body["part_ids"] = [stage.things[part] for part in thing.parts]
        await desk.act("booking", "/resources/composed", body)
    elsewhere = _resource(stage, simple[0]) | {
        "resource_id": stage.id("resource", "elsewhere"),
        "site_id": stage.id("site", "pépinière"),
    }
    here = await desk.items("booking", f"/resources?site_id={stage.site_id}")
    refused = await desk.attempt("booking", "/resources", elsewhere)
    check = stage.facts.check
    check("equipped", "Resources that La Mêlée’s staff added at the 302", len(THINGS), len(here))
    check("elsewhere", "The same staff add nothing at another site", "forbidden", refused.code)


async def set_prices(stage: Stage) -> None:
    """Finance registers the seller and publishes its prices, which rest on a deliberation."""
    money, month = stage.by("finance"), stage.draws.month
    stage.issuer_id = stage.id("issuer")
    seller = {
        "issuer_id": stage.issuer_id,
        "name": "Carcassonne Agglo",
        "identifier": {"scheme": "siren", "value": SIREN, "country": "FR"},
        "regime": "public_regie",
        "address": {
            "lines": ["1 Rue Pierre Germain"],
            "postcode": "11000",
            "town": "Carcassonne",
            "country": "FR",
        },
    }
    await money.act("billing", "/issuers", seller)
    version: Json = {
        "issuer_id": stage.issuer_id,
        "name": f"Tarifs {month.first.year}",
        "valid_from": str(month.first),
        "prices": [price for tariff in TARIFFS for price in _prices(tariff)],
    }
    unheld = version | {"price_book_id": stage.id("price book", "without deliberation")}
    refused = await money.attempt("billing", "/price-books", unheld)
    adopted = month.first - timedelta(days=11)
    told = {"number": DELIBERATION, "adopted_on": str(adopted), "body": "Conseil communautaire"}
    book = version | {"price_book_id": stage.id("price book"), "deliberation": told}
    published = await money.act("billing", "/price-books", book)
    check = stage.facts.check
    check("no-deliberation", "A public seller without deliberation", "deliberation-missing", refused.code)
    said = published["deliberation"]
    check(
        "deliberation",
        "The prices rest on it",
        [DELIBERATION, str(adopted)],
        [said["number"], said["adopted_on"]],
    )


async def offer_plans(stage: Stage) -> None:
    """The administrator publishes a plan for each audience."""
    boss = stage.by("administrator")
    await all_of(boss.act("membership", "/plans", _plan(stage, plan)) for plan in PLANS)
    on_sale = await boss.items("membership", f"/plans?day={stage.draws.month.first}")
    audiences = sorted(audience for each in on_sale for audience in each["terms"]["audiences"])
    stage.facts.check("plans", "Audiences with a plan", sorted(plan.audience for plan in PLANS), audiences)


async def agree_with_partner(stage: Stage) -> None:
    """The chamber of commerce may read bookings and resources, without anybody's identity."""
    boss = stage.by("administrator")
    partner_id = stage.id("partner")
    contact = stage.by("partner").person_id
    body = {"partner_id": partner_id, "name": "CCI de l’Aude", "contact_person_id": contact}
    await boss.act("notifications", "/partners", body)
    agreement = {
        "agreement_id": stage.id("agreement"),
        "topics": list(TOPICS),
        "purpose": "Mesure de la fréquentation",
        "valid_from": str(stage.draws.month.first),
    }
    await boss.act("notifications", f"/partners/{partner_id}/agreements", agreement)


async def sign_in(stage: Stage, people: list[Character]) -> None:
    """Sign people in, all at once."""
    for actor in await all_of(stage.wire.sign_in(who) for who in people):
        stage.actors[actor.key] = actor


async def grant(by: Actor, stage: Stage, who: Character, role: str, **narrowed: str) -> None:
    body = {"grant_id": stage.id("role", who.key), "person_id": who.person_id, "role": role, **narrowed}
    await by.act("membership", "/roles", body)


def described(who: Character, **more: str) -> Json:
    """Return how a person is registered."""
    body: dict[str, Any] = {
        "person_id": who.person_id,
        "given_name": who.given_name,
        "family_name": who.family_name,
    }
    return body | ({"mail": who.mail} if who.mail else {}) | more


def _resource(stage: Stage, thing: Thing) -> Json:
    return {
        "resource_id": stage.things.get(thing.key) or stage.id("resource", thing.key),
        "site_id": stage.site_id,
        "kind": thing.kind,
        "name": thing.name,
        "capacity": thing.capacity,
        "price_code": thing.price_code,
    }


def _prices(tariff: Tariff) -> list[Json]:
    return [
        {
            "price_code": tariff.code,
            "audience": audience,
            "label": {"fr": tariff.fr, "en": tariff.en},
            "unit": tariff.unit,
            "unit_price": amount,
            "price_mode": mode,
            "vat_category": "S",
            "vat_rate": f"{VAT_PERCENT}.00",
            "prorated": tariff.prorated,
        }
        for audience, (amount, mode) in tariff.amounts.items()
    ]


def _plan(stage: Stage, plan: Plan) -> Json:
    body: Json = {
        "plan_id": stage.id("plan", plan.audience),
        "name": {"fr": plan.fr, "en": plan.en},
        "family": "coworking",
        "audiences": [plan.audience],
        "cadence": "month",
        "price_code": plan.code,
        "valid_from": str(stage.draws.month.first),
        "entitlements": [_entitlement(right) for right in plan.rights],
    }
    proof = {"fr": "Carte d’étudiant de l’année", "en": "Student card of the year"}
    return body | ({"proof": proof} if plan.proof else {})


def _entitlement(right: Right) -> Json:
    body: Json = {"resource_kinds": [right.kind], "paid_by": "plan" if right.included else "money"}
    if right.quantity is None:
        return body
    return body | {"quantity": str(right.quantity), "unit": right.unit, "per": "month"}
