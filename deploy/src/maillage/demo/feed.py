"""Reads the feed of the territory, and follows each amount back to the act that caused it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from maillage.demo.cast import WALK_IN, WILDIX
from maillage.demo.post import Mail
from maillage.demo.stage import Stage
from maillage.demo.wire import Actor, Json, until

_OUTBOX = re.compile(rb"^maillage_outbox_rows (\S+)$", re.MULTILINE)
_QUIET: Final = 3  # looks in a row that find nothing new
_BOOKED, _PRICED = "BookingConfirmed", "ChargePriced"
_CAUSES = {
    "booking": "booking_id",
    "registration": "registration_id",
    "membership": "membership_id",
    "fibre_line": "line_id",
}


@dataclass(slots=True)
class Feed:
    """The events of the territory as its administrator reads them, in their order."""

    by: Actor
    events: list[Json] = field(default_factory=list)

    async def read(self) -> int:
        """Read on to the end; return how many events are known."""
        while True:
            after = f"&after={self.events[-1]['id']}" if self.events else ""
            answer = await self.by.ask("notifications", f"/events?limit=200{after}")
            found: list[Json] = answer.body if answer.accepted else []
            self.events += found
            if not found:
                return len(self.events)

    async def settle(self) -> int:
        """Read until nothing comes any more: no service owes an event, every message has gone its way."""
        quiet = 0
        known = await self.read()

        async def done() -> bool:
            nonlocal quiet, known
            before, known = known, await self.read()
            still = known == before and await self._nothing_owed() and not self._messages_under_way()
            quiet = quiet + 1 if still else 0
            return quiet >= _QUIET

        await until(done, "the last events to arrive")
        return known

    def of(self, name: str) -> list[Json]:
        """Return the events of one class."""
        return [each for each in self.events if each["type"].split(".")[2] == name]

    async def _nothing_owed(self) -> bool:
        for service in self.by.wire.addresses:
            answer = await self.by.wire.request("GET", service, "/metrics", None, {})
            rows = _OUTBOX.search(answer.content)
            if rows is None or float(rows[1]):
                return False
        return True

    def _messages_under_way(self) -> int:
        queued = {each["data"]["message_id"] for each in self.of("MessageQueued")}
        gone = {
            each["data"]["message_id"] for name in ("MessageSent", "MessageFailed") for each in self.of(name)
        }
        return len(queued - gone)


def check_traces(stage: Stage, feed: Feed, invoices: list[Json]) -> None:
    """Walk back from every line of every invoice to the act behind it, and look whose act it was."""
    check = stage.facts.check
    events = {each["id"]: each for each in feed.events}
    lines = [line for invoice in invoices for line in invoice["lines"]]
    behind = [events.get(line["why"]["event_id"]) for line in lines]
    check("caused", "Invoice lines without an event behind them", 0, sum(each is None for each in behind))
    asked = {each.booking_id: each.asked_by for each in stage.bookings if each.booking_id}
    confirmed = {each["data"]["booking_id"]: each for each in feed.of(_BOOKED)}
    ours = [each["data"]["booking_id"] for each in behind if each and "booking_id" in each["data"]]
    check(
        "booking-lines",
        "Lines for a booking, and those that lead back to one that was asked for",
        len(ours),
        sum(each in asked and each in confirmed for each in ours),
    )
    wrong = [each for each in ours if each in asked and confirmed[each]["actorid"] != asked[each]]
    check("actors", "Bookings on invoices that somebody else is said to have asked for", [], wrong)
    staff = [each for each in behind if each and each["type"].split(".")[2].startswith("Membership")]
    check(
        "acted-for-whom",
        "Memberships on invoices, confirmed or ended by La Mêlée’s staff",
        len(staff),
        sum(each["actorid"] == stage.by("desk").person_id for each in staff),
    )
    line = [each for each in behind if each and "line_id" in each["data"]]
    check(
        "fibre-cause",
        "The months of the fibre line go back to its activation by the hub manager",
        [["FibreLineActivated", stage.by("hub").person_id]] * 2,
        [[each["type"].split(".")[2], each["actorid"]] for each in line],
    )
    _check_charges(stage, feed, events)


def _check_charges(stage: Stage, feed: Feed, events: dict[str, Json]) -> None:
    """Each booking that costs is priced once, because of its confirmation and in the same chain of causes."""
    check = stage.facts.check
    priced = [each for each in feed.of(_PRICED) if each["data"]["source"]["kind"] == "booking"]
    causes = [(each, events.get(each.get("causationid") or "")) for each in priced]
    broken = [each["data"]["charge_id"] for each, cause in causes if not _caused(each, cause)]
    check("causation", "Prices of bookings that the booking did not cause", [], broken)
    often = Counter(each["data"]["charge_id"] for each in feed.of(_PRICED))
    check(
        "once", "Charges priced more than once", [], [charge for charge, count in often.items() if count > 1]
    )
    roots = [cause for _, cause in causes if cause and cause.get("causationid")]
    check("first-causes", "Bookings that have a cause before the person’s own command", 0, len(roots))
    in_feed = {each["data"]["booking_id"] for each in feed.of(_BOOKED)}
    missing = [each.visit.name for each in stage.bookings if each.booking_id not in in_feed]
    check("told", "Acknowledged bookings that the feed does not tell of", [], missing)


def _caused(priced: Json, cause: Json | None) -> bool:
    if cause is None or cause["type"].split(".")[2] != _BOOKED:
        return False
    same = cause["data"]["booking_id"] == priced["data"]["source"]["id"]
    return bool(same and cause["correlationid"] == priced["correlationid"])


def check_mails(stage: Stage, feed: Feed, invoices: list[Json]) -> None:
    """Look into the mailboxes: who was written to, about what, and how often."""
    post, check = stage.wire.post, stage.facts.check
    post.look()
    mails = {who.payer: post.box(who.mail) for who in stage.cast.persons.values() if who.mail}
    reached = [each for each in invoices if _payer(stage, each) in mails]
    unsaid = [each["number"] for each in reached if not _tells(mails[_payer(stage, each)], each["number"])]
    check("invoice-mails", "Invoices of which no mail tells", [], unsaid)
    wildix = [each for each in invoices if _payer(stage, each) == WILDIX]
    amounts = [f"{each['gross']['minor'] / 100:.2f}".replace(".", ",") for each in wildix]
    found = [amount for amount in amounts if any(amount in mail.text for mail in mails[WILDIX])]
    check("fibre-mails", "Wildix is written what its fibre line costs", amounts, found)
    twice = [
        mail
        for box in mails.values()
        for mail, count in Counter(each.message_id for each in box).items()
        if count > 1
    ]
    check("mailed-once", "Mails that came twice", [], twice)
    sent = {each["data"]["mail_message_id"] for each in feed.of("MessageSent")} - {None}
    arrived = {mail.message_id for box in post.boxes.values() for mail in box}
    check("arrived", "Mails that left and did not arrive", 0, len(sent - arrived))
    failed = {(each["data"]["person_id"], each["data"]["reason"]) for each in feed.of("MessageFailed")}
    nobody = (stage.person(WALK_IN).person_id, "no_contact")
    check(
        "no-contact",
        "Messages that failed: those to the walk-in, who left no address",
        [nobody],
        sorted(failed),
    )


def _payer(stage: Stage, invoice: Json) -> str:
    party = invoice["customer"]["party"]
    return stage.payers.get(party.get("organisation_id") or party.get("person_id") or "", "")


def _tells(box: list[Mail], number: str) -> bool:
    return any(number in mail.text for mail in box)
