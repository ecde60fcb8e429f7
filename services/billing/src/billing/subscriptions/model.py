"""Decides for which days of which cycles a membership is charged."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from billing.charges.model import Share, Usage
from billing.quotes.model import Stretch, cycle_of
from billing.wording import model as wording
from contracts.membership import Funding, MembershipState
from contracts.values import CivilPeriod, Wording

FEE: Final = "fee"
_DAY: Final = timedelta(days=1)

Rest = tuple[date, date | None]  # first day without rights, first day with rights again if known


class Change(NamedTuple):
    """Terms that a membership has from a day on."""

    start: date
    told: MembershipState


class Piece(NamedTuple):
    """A stretch of a membership under the same terms, and the item under which its fees stand."""

    item: str
    start: date
    end: date | None
    told: MembershipState


@dataclass(frozen=True, slots=True)
class Subscription:
    """A membership as it was told, the times its rights rest, the event that told it last, and what changed.

    `told` holds the terms of its first day, and the days that bound it as they were told last.
    """

    told: MembershipState
    suspensions: tuple[Rest, ...]
    event_id: UUID
    changes: tuple[Change, ...] = ()

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The membership cut where its terms change and where a partner stops paying, in order."""
        terms = [Change(self.told.valid_from, self.told), *self.changes]
        found: list[Piece] = []
        for each, following in zip(terms, [*terms[1:], None], strict=True):
            end = following.start if following else None
            until = each.told.funding.until if each.told.funding else None
            alone = each.told.model_copy(update={"funding": None})
            last = until is not None and each.start < until and (end is None or until < end)
            over = until is not None and until <= each.start
            terms_then = alone if over else each.told
            found.append(Piece(_item(found, each.start), each.start, until if last else end, terms_then))
            if until is not None and last:
                found.append(Piece(_item(found, until), until, end, alone))
        return tuple(found)


def changed(changes: Sequence[Change], new: Change) -> tuple[Change, ...]:
    """Return the changes with one more; those of its day and later no longer hold."""
    return (*(each for each in changes if each.start < new.start), new)


def audience_on(subscription: Subscription, day: date) -> str | None:
    """Return the audience of a membership on a day; None where it does not hold then."""
    until = subscription.told.valid_until
    begun = [each for each in subscription.pieces if each.start <= day]
    return begun[-1].told.audience if begun and (until is None or day < until) else None


def fees(subscription: Subscription, until: date, since: date | None = None) -> Iterator[Usage]:
    """Yield what is due for the billing periods that begin on `until` at the latest, from `since` on."""
    for piece in subscription.pieces:
        for cycle in cycles(subscription, until, since, piece):
            yield from fee(subscription, cycle, piece)


def cycles(
    subscription: Subscription, until: date, since: date | None = None, piece: Piece | None = None
) -> Iterator[CivilPeriod]:
    """Yield the billing periods of a piece that begin on `until` at the latest, from that of `since` on."""
    piece = piece or subscription.pieces[0]
    day = max(since or piece.start, piece.start)
    while day <= until and (piece.end is None or day < piece.end):
        period = cycle_of(piece.told.cadence, day, subscription.told.valid_from)
        yield period
        day = period.end


def next_cycle(subscription: Subscription, today: date) -> date | None:
    """Return the first day of the next billing period or terms, None where the membership ends before."""
    told = subscription.told
    if today < told.valid_from:
        return told.valid_from
    begun = [each for each in subscription.pieces if each.start <= today]
    begins = cycle_of(begun[-1].told.cadence, today, told.valid_from).end
    begins = min([begins, *(each.start for each in subscription.pieces if each.start > today)])
    return begins if told.valid_until is None or begins < told.valid_until else None


def fee(subscription: Subscription, cycle: CivilPeriod, piece: Piece | None = None) -> list[Usage]:
    """Return what a cycle is charged for: its days inside the piece and outside the suspensions.

    Nothing for a cycle without any such day; two fees where a partner pays a share. Fees by day or month are
    invoiceable once its last day is past, a year's once its first day is.
    """
    piece = piece or subscription.pieces[0]
    told = piece.told
    charged = charged_days(subscription, cycle, piece)
    if not charged:
        return []
    touched = [each for each in subscription.pieces if _meets(each, cycle)]
    measure = Stretch(period=cycle, pieces=tuple(charged), split=len(touched) > 1)
    last = measure.days.end - _DAY
    whole = Usage(
        kind="membership",
        source_id=told.membership_id,
        item=piece.item,
        period=cycle.start.isoformat(),
        event_id=subscription.event_id,
        payer=told.payer,
        site_id=told.site_ids[0] if len(told.site_ids) == 1 else None,
        audience=told.audience,
        price_code=told.price_code,
        detail=wording.joined(told.plan_name, wording.stretch(measure.days.start, last)),
        measure=measure,
        priced_on=(measure.days.start,),
        billable_from=measure.days.start + _DAY if told.cadence == "year" else measure.days.end,
    )
    return _by_payer(whole, told.funding) if told.funding else [whole]


def charged_days(
    subscription: Subscription, cycle: CivilPeriod, piece: Piece | None = None
) -> list[CivilPeriod]:
    """Return the stretches of a cycle that are charged, in order, none of them touching another."""
    told, piece = subscription.told, piece or subscription.pieces[0]
    start = max(cycle.start, piece.start, told.free_until or piece.start)
    end = min(cycle.end, told.valid_until or cycle.end, piece.end or cycle.end)
    found: list[CivilPeriod] = []
    for first, again in sorted(subscription.suspensions, key=lambda rest: rest[0]):
        if start < min(first, end):
            found.append(CivilPeriod(start=start, end=min(first, end)))
        start = max(start, again or end)
    if start < end:
        found.append(CivilPeriod(start=start, end=end))
    return found


def _by_payer(whole: Usage, funding: Funding) -> list[Usage]:
    """Return the fee in two: the partner's share, and the rest, which is its payer's."""
    most = funding.most.minor if funding.most else None
    convention = Wording(fr=f"convention {funding.convention}", en=f"convention {funding.convention}")
    detail = wording.joined(whole.detail, convention)
    shares = (
        (whole.payer, whole.item, Share(partner=False, percent=funding.percent, most=most)),
        (funding.payer, f"{whole.item}/partner", Share(partner=True, percent=funding.percent, most=most)),
    )
    return [
        whole.model_copy(update={"payer": payer, "item": item, "share": share, "detail": detail})
        for payer, item, share in shares
    ]


def _item(before: Sequence[Piece], start: date) -> str:
    return f"{FEE}/{start.isoformat()}" if before else FEE


def _meets(piece: Piece, cycle: CivilPeriod) -> bool:
    return piece.start < cycle.end and (piece.end is None or cycle.start < piece.end)


def suspended(rests: Sequence[Rest], first: date) -> tuple[Rest, ...]:
    """Let the rights rest from a day on."""
    return (*rests, (first, None))


def resumed(rests: Sequence[Rest], day: date) -> tuple[Rest, ...]:
    """End what rests on that day; a rest that would have begun later never begins."""
    ended = ((first, day if again is None or again > day else again) for first, again in rests)
    return tuple((first, again) for first, again in ended if first < again)
