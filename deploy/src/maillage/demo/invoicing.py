"""Act six: each month is invoiced, planned by one person, released by another, held against the oracle."""

from __future__ import annotations

from maillage.demo import oracle
from maillage.demo.cast import LAST_DAYS, LEAVER, WILDIX
from maillage.demo.fibre import ACTIVATED
from maillage.demo.months import Month
from maillage.demo.oracle import Bill, Due, Fee
from maillage.demo.stage import Stage
from maillage.demo.tables import FIBRE, PLAN_OF
from maillage.demo.wire import Json, eventually, must, until

_TRIES = 400
_CHARGES_SECONDS = 30.0


def expected(stage: Stage, month: Month) -> list[Due]:
    """Return what the oracle says is due for a month."""
    first = month == stage.draws.month
    fees = []
    for who in stage.cast.members():
        since = who.since - 1 if first else 0
        until_ = LAST_DAYS if who.key == LEAVER and not first else None
        code = PLAN_OF[who.audience].code
        fees.append(Fee(f"fee/{who.payer}", who.payer, code, month.first, month.days, since, until_))
    fees.append(Fee("fibre", WILDIX, FIBRE, month.first, month.days, ACTIVATED - 1 if first else 0))
    return [*oracle.uses(stage.uses(month)), *map(oracle.fee, fees)]


async def charges_of(stage: Stage, month: Month) -> list[Json]:
    """Return what the platform says is due for a month, what costs nothing included."""
    listed = await stage.by("finance").items("billing", "/charges")
    first, following = str(month.first), str(month.next.first)
    return [each for each in listed if first <= each["service_period"]["start"] < following]


async def invoice(stage: Stage, month: Month) -> None:
    """Plan, look, release by somebody else, seal: the services that ended in a month."""
    money, due = stage.by("finance"), expected(stage, month)
    charged = await _all_charged(stage, month, due)
    _check_charges(stage, month, due, charged)
    run = await _planned(stage, month)
    path = f"/bill-runs/{run['bill_run_id']}"
    stage.runs.append(run["bill_run_id"])
    bills = oracle.bills(due)
    await _look_at_plan(stage, month, path, bills)
    await _release(stage, month, path, {"plan_digest": run["plan_digest"]})
    await money.act("billing", f"{path}/seal", {})

    async def sealed() -> Json | None:
        found = await money.get("billing", path)
        return found if found["state"] == "sealed" else None

    done = await until(sealed, f"the invoices of {month} to be sealed")
    stage.facts.check(
        f"run-{month}",
        f"{month}: invoices sealed, and what they come to",
        [len(bills), oracle.euros(oracle.total(bills).gross)],
        [done["invoices"], oracle.euros(done["gross"]["minor"])],
    )


async def _look_at_plan(stage: Stage, month: Month, path: str, bills: dict[tuple[str, str], Bill]) -> None:
    """Compare what is planned, customer by customer, with the oracle."""
    planned = await stage.by("finance").items("billing", f"{path}/invoices")
    seen = {
        (_key(stage, each["customer"]), each["price_mode"]): [each["net_minor"], each["vat_minor"]]
        for each in planned
    }
    wanted = {key: [bill.net, bill.vat] for key, bill in bills.items()}
    check, name = stage.facts.check, str(month)
    check(
        f"preview-{name}",
        f"{name}: planned invoices that are not to the cent what the oracle says",
        [],
        _differing(wanted, seen),
    )
    blocked = [each["customer_name"] for each in planned if each["blocked"]]
    check(f"blocked-{name}", f"{name}: planned invoices that something keeps back", [], blocked)


async def _release(stage: Stage, month: Month, path: str, digest: Json) -> None:
    """Have the run released by a second person: the one who planned it cannot."""
    check, name = stage.facts.check, str(month)
    if month == stage.draws.month:
        by = stage.by("finance")
        same = await by.attempt("billing", f"{path}/release", digest, f"release own {path}")
        check("second-person", "Who planned a run does not release it", "same-person-releases", same.code)
    released = await stage.by("director").act("billing", f"{path}/release", digest)
    check(
        f"released-{name}",
        f"{name}: released by a second person",
        stage.by("director").person_id,
        released["released_by"],
    )


async def _all_charged(stage: Stage, month: Month, due: list[Due]) -> list[Json]:
    """Wait until billing has heard of everything; what never comes shows in the facts."""
    wanted = (len(due), sum(each.cents for each in due))
    charged: list[Json] = []

    async def complete() -> bool:
        charged[:] = await charges_of(stage, month)
        return (len(charged), sum(each["amount"]["minor"] for each in charged)) == wanted

    await eventually(complete, _CHARGES_SECONDS)
    return charged


def _check_charges(stage: Stage, month: Month, due: list[Due], charged: list[Json]) -> None:
    check, name = stage.facts.check, str(month)
    check(
        f"charges-{name}",
        f"{name}: things used, each charged once",
        len(due),
        len({each["charge_id"] for each in charged}),
    )
    wanted = sum(each.cents for each in due)
    found = sum(each["amount"]["minor"] for each in charged)
    check(
        f"charged-{name}",
        f"{name}: what is due for them, in euros",
        oracle.euros(wanted),
        oracle.euros(found),
    )
    included = sum(each.included for each in due)
    check(
        f"included-{name}",
        f"{name}: uses that a plan includes",
        included,
        sum(each["state"] == "included" for each in charged),
    )


async def _planned(stage: Stage, month: Month) -> Json:
    """Plan the run, as soon as billing knows that the month is over."""
    for number in range(_TRIES):
        wanted = {
            "bill_run_id": stage.id("bill run", month, number),
            "issuer_id": stage.issuer_id,
            "cut_off_on": str(month.next.first),
        }
        answer = await stage.by("finance").attempt("billing", "/bill-runs", wanted, f"run {month} {number}")
        if answer.code != "cut-off-to-come":
            break
    return must(answer, "billing", "/bill-runs")


def _key(stage: Stage, party: dict[str, str | None]) -> str:
    """Return who a party of the platform is to the oracle."""
    return stage.payers.get(party.get("organisation_id") or party.get("person_id") or "", "nobody of ours")


def _differing(wanted: dict[tuple[str, str], list[int]], seen: dict[tuple[str, str], list[int]]) -> list[str]:
    keys = sorted({*wanted, *seen})
    return [
        f"{key}: {wanted.get(key)}, found {seen.get(key)}" for key in keys if wanted.get(key) != seen.get(key)
    ]
