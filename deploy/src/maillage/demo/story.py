"""Lives the demo from the first act to the last, and looks at what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from maillage.demo import books, feed, fibre, invoicing, joining, opening, partner, rivals, using
from maillage.demo.agenda import visits
from maillage.demo.cast import Cast, Character, cast
from maillage.demo.draws import Draws
from maillage.demo.facts import Facts
from maillage.demo.failures import WRONG_MONTH
from maillage.demo.feed import Feed
from maillage.demo.months import Month, at
from maillage.demo.note import Note
from maillage.demo.post import Post
from maillage.demo.stage import Stage, all_of
from maillage.demo.wire import SIREN, Wire
from maillage.sentences import NOT_RUNNING, StartError
from maillage.settings import Settings

_OFTEN = (6, 2)  # visits of each person in the two months
_TIMEOUT = 60.0
_MOST_CONNECTIONS = 100


@dataclass(frozen=True, slots=True)
class Told:
    """What a run of the demo has to tell: its facts, and who can sign in now."""

    facts: Facts
    sign_ins: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        facts = [fact.as_json() for fact in self.facts.found]
        return {"ok": self.facts.all_true, "facts": facts, "sign_ins": self.sign_ins}


async def lived(settings: Settings, seed: int, month: str, tell: Callable[[str], None]) -> Told:
    """Live the demo, or go on with it where it stopped, and check its facts. Raises StartError."""
    draws = Draws(seed, _month(month))
    limits = httpx.Limits(max_connections=_MOST_CONNECTIONS)
    async with httpx.AsyncClient(limits=limits, timeout=_TIMEOUT) as http:
        addresses = {service: settings.address(service) for service in settings.services}
        await _must_answer(http, addresses, settings)
        wire = Wire(addresses, Post(settings.data / "mail"), draws, http)
        stage = Stage(wire, draws, cast(draws), Facts(), tell)
        note = Note.read(settings.data)
        kept = note if note and (note.seed, note.month) == (seed, month) else None
        before = await _open(stage, settings)
        await _two_months(stage)
        sign_ins = _sign_ins(stage.cast)
        key = await partner.issue_key(stage, kept.partner_key if kept else "")
        Note(seed, month, key, sign_ins).write(settings.data)
        await _look(stage, key, before if kept else None)
        return Told(stage.facts, sign_ins)


def _month(text: str) -> Month:
    try:
        found = Month.named(text)
    except ValueError as error:
        raise StartError(WRONG_MONTH, month=text) from error
    if not 2000 <= found.first.year <= 2099 or str(found) > "2099-09":  # noqa: PLR2004 - a sandbox's clock ends there
        raise StartError(WRONG_MONTH, month=text)
    return found


async def _must_answer(http: httpx.AsyncClient, addresses: dict[str, str], settings: Settings) -> None:
    """Raise StartError where a service is not ready."""
    for address in addresses.values():
        try:
            ready = (await http.get(f"{address}/health/ready")).is_success
        except httpx.TransportError:
            ready = False
        if not ready:
            raise StartError(NOT_RUNNING, data=settings.data)


async def _open(stage: Stage, settings: Settings) -> int:
    """Open the territory and make it a hub; return how many events it had told before."""
    stage.tell(f"Carcassonne Agglo ({SIREN}) opens as a sandbox in {stage.draws.month}")
    operator = await stage.wire.sign_in(Character("operator", "", "", "", settings.first_operator))
    await opening.open_territory(stage, operator)
    before = await Feed(stage.by("administrator")).read()
    for act, words in (
        (opening.bring_in_sites, "Le 302 comes in from the file of third places"),
        (opening.entrust, "La Mêlée is entrusted with the 302"),
        (opening.equip, "Desks, offices, rooms: what can be booked"),
        (opening.set_prices, "Prices, on the deliberation of the council"),
        (opening.offer_plans, "A plan for each audience"),
        (opening.agree_with_partner, "An agreement with the chamber of commerce"),
        (joining.everybody_joins, "Forty persons and twelve companies join"),
    ):
        stage.tell(words)
        await act(stage)
    return before


async def _two_months(stage: Stage) -> None:
    first, second = stage.months
    stage.tell(f"{first}: bookings, and a fibre line for Wildix")
    await using.book(stage, visits(stage.draws, stage.cast, first, _OFTEN[0]))
    await fibre.order_line(stage)
    stage.tell("Two hundred want the large room at once")
    await rivals.everybody_wants_the_large_room(stage)
    await using.live(stage, first, fibre.activate_line)
    await stage.move_clock(at(second.first, "09:00"))
    stage.tell(f"{first} is invoiced")
    await invoicing.invoice(stage, first)
    stage.tell(f"{second}: one leaves, the others go on")
    await joining.one_leaves(stage)
    await using.book(stage, visits(stage.draws, stage.cast, second, _OFTEN[1]))
    await using.live(stage, second)
    await stage.move_clock(at(second.next.first, "09:00"))
    stage.tell(f"{second} is invoiced")
    await invoicing.invoice(stage, second)


async def _look(stage: Stage, key: str, before: int | None) -> None:
    """Check what can be looked at once all was lived.

    `before` is how many events there were at the start of a run that found all of it lived; else None.
    """
    stage.tell("Looking at what became of it")
    told = Feed(stage.by("administrator"))
    known = await told.settle()
    await joining.check_joined(stage)
    await using.check_bookings(stage)
    every = await books.read_invoices(stage)
    invoices = [each for each in every if each["bill_run_id"] in stage.runs]
    await books.check_books(stage, invoices)
    await books.check_ledger(stage, every)
    await books.check_fibre(stage, invoices)
    await partner.check_partner(stage, key)
    feed.check_traces(stage, told, invoices)
    feed.check_mails(stage, told, invoices)
    refused = 0 if before is not None else await _repeated(stage)
    added = await told.settle() - (known if before is None else before)
    found = {"refused": refused, "events": added}
    text = "Every command once more, under its key: those refused, events added"
    stage.facts.check("nothing-twice", text, {"refused": 0, "events": 0}, found)


async def _repeated(stage: Stage) -> int:
    """Send every accepted command once more, under its key; return how many are refused."""
    stage.tell(f"Sending {len(stage.wire.sent)} commands once more")
    answers = await all_of(sent.by.again(sent) for sent in stage.wire.sent if sent.accepted)
    return sum(not answer.accepted for answer in answers)


def _sign_ins(people: Cast) -> dict[str, str]:
    """Return whose addresses the reader may try: of the hub, of finance, of a member, of the partner."""
    staff = people.staff
    member = people.persons["nomad-1"].mail or ""
    mails = {key: staff[key].mail or "" for key in ("hub", "finance", "partner")}
    return {"hub": mails["hub"], "finance": mails["finance"], "member": member, "partner": mails["partner"]}
