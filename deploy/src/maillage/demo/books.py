"""Looks at the books once both months are sealed: invoices, numbers, chain, ledger, and the fibre line."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from typing import Final

from maillage.demo import oracle
from maillage.demo.cast import WILDIX
from maillage.demo.invoicing import charges_of, expected
from maillage.demo.opening import DELIBERATION
from maillage.demo.stage import Stage, all_of
from maillage.demo.tables import EXCLUDING
from maillage.demo.wire import Json

_PLACE: Final = "Le 302, Bureau 1, 302 Rue Lamarck, 11000 Carcassonne"


async def read_invoices(stage: Stage) -> list[Json]:
    """Return every invoice whole, in the order of their numbers."""
    money = stage.by("finance")
    listed = await money.items("billing", "/invoices")
    found = await all_of(money.get("billing", f"/invoices/{each['invoice_id']}") for each in listed)
    return sorted(found, key=lambda invoice: str(invoice["number"]))


async def check_books(stage: Stage, invoices: list[Json]) -> None:
    """Compare invoices, charges and ledger, to the cent."""
    check = stage.facts.check
    bills = [bill for month in stage.months for bill in oracle.bills(expected(stage, month)).values()]
    net, vat = sum(bill.net for bill in bills), sum(bill.vat for bill in bills)
    numbers = _numbers(stage)
    check("numbers", "Invoices are numbered without gap", numbers, [each["number"] for each in invoices])
    found = [sum(each[part]["minor"] for each in invoices) for part in ("net", "vat", "gross")]
    check(
        "invoiced",
        "Invoices without VAT, VAT, in all",
        [*map(oracle.euros, (net, vat, net + vat))],
        [*map(oracle.euros, found)],
    )
    wrong = [each["number"] for each in invoices if not _adds_up(each)]
    check("adds-up", "Invoices whose lines, VAT and total do not add up", [], wrong)
    charged = [each for month in stage.months for each in await charges_of(stage, month)]
    states = Counter(each["state"] for each in charged)
    left = [states[name] for name in ("unpriced", "pending", "waived")]
    check("left-over", "Uses of both months without price, not invoiced, let off", [0, 0, 0], left)
    money = stage.by("finance")
    conflicts = await money.items("billing", "/charges/conflicts")
    check("conflicts", "Facts that contradict a charge", 0, len(conflicts))


async def check_ledger(stage: Stage, invoices: list[Json]) -> None:
    """Compare the books of the seller with every invoice that it ever sealed."""
    check, issuer, money = stage.facts.check, f"/issuers/{stage.issuer_id}", stage.by("finance")
    chain = await money.get("billing", f"{issuer}/chain")
    length = [len(invoices), True]
    check("chain", "The chain of documents holds", length, [chain["length"], chain["intact"]])
    held: Counter[str] = Counter()
    for each in await money.items("billing", f"{issuer}/balances"):
        held[each["account"]] += each["debit"]["minor"] - each["credit"]["minor"]
    net, vat = (sum(each[part]["minor"] for each in invoices) for part in ("net", "vat"))
    wanted = {"receivable": net + vat, "revenue": -net, "vat_pending": -vat}
    check("ledger", "What customers owe, what was earned, what VAT waits", wanted, dict(sorted(held.items())))
    check("balanced", "Debits less credits of the whole ledger", 0, sum(held.values()))


async def check_fibre(stage: Stage, invoices: list[Json]) -> None:
    """Look for the line on the invoices of Wildix: part of the first month, the second whole."""
    wildix, check = stage.by("for-wildix"), stage.facts.check
    own = {each["invoice_id"] for each in await wildix.items("billing", "/invoices/own")}
    theirs = [
        each
        for each in invoices
        if each["customer"]["party"].get("organisation_id") == stage.organisation(WILDIX)
    ]
    check(
        "own-invoices",
        "Wildix reads its invoices and no other",
        sorted(each["invoice_id"] for each in theirs),
        sorted(own),
    )
    check("fibre-invoices", "Invoices of Wildix, one a month", len(stage.months), len(theirs))
    for month, invoice in zip(stage.months, theirs, strict=False):
        due = next(each for each in expected(stage, month) if each.name == "fibre")
        bill = oracle.bill(EXCLUDING, due.cents)
        wanted = [oracle.euros(part) for part in (bill.net, bill.vat, bill.gross)]
        found = [oracle.euros(invoice[part]["minor"]) for part in ("net", "vat", "gross")]
        check(f"fibre-{month}", f"{month}: the fibre line without VAT, VAT, in all", wanted, found)
        line = invoice["lines"][0]
        said = [line["detail"]["fr"].partition(", du ")[0], line["why"]["deliberation"]["number"]]
        text = f"{month}: its line names the place, and what its price rests on"
        check(f"fibre-says-{month}", text, [_PLACE, DELIBERATION], said)
    for invoice in theirs[:1]:
        await _check_pdf(stage, invoice)


async def _check_pdf(stage: Stage, invoice: Json) -> None:
    answer = await stage.by("for-wildix").ask("billing", f"/invoices/{invoice['invoice_id']}/pdf")
    digest = base64.b64encode(hashlib.sha256(answer.content).digest()).decode()
    found = [answer.content[:5].decode(errors="replace"), answer.headers.get("repr-digest")]
    stage.facts.check(
        "pdf", "The PDF of an invoice is the one that was sealed", ["%PDF-", f"sha-256=:{digest}:"], found
    )


def _numbers(stage: Stage) -> list[str]:
    """Return the numbers that there must be: each year begins anew."""
    issued = [month.next.first.year for month in stage.months for _ in oracle.bills(expected(stage, month))]
    return [f"{year}-{place - issued.index(year):06d}" for place, year in enumerate(issued, start=1)]


def _adds_up(invoice: Json) -> bool:
    net = sum(line["net"]["minor"] for line in invoice["lines"])
    vat = sum(line["vat"]["minor"] for line in invoice["vat_lines"])
    return [net, vat, net + vat] == [invoice[part]["minor"] for part in ("net", "vat", "gross")]
