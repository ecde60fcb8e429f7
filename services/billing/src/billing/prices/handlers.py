"""Publishes versions of price books, and finds the price that holds."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from billing.issuers import handlers as issuers
from billing.issuers.model import Seller
from billing.prices import store
from billing.prices.model import (
    Gap,
    Offer,
    PriceCodeTaken,
    PriceVersion,
    SoldPrice,
    check_single_purpose,
    check_succession,
    check_version,
    price_for,
)
from chassis.db import Tx
from chassis.errors import NotFound
from chassis.pages import Asked, Page
from contracts.billing import PriceBookPublished
from contracts.values import Instant


class PublishPriceBook(PriceVersion):
    """Publish the first version of a price book."""

    price_book_id: UUID
    issuer_id: UUID


class PublishPriceVersion(PriceVersion):
    """Publish the next version of a price book: what was priced under the last one stays."""


class PublishedVersion(PriceVersion):
    """A version of a price book, as it was published."""

    price_book_id: UUID
    issuer_id: UUID
    version: int
    published_at: Instant


async def publish_price_book(tx: Tx, command: PublishPriceBook) -> PublishedVersion:
    """Open a price book with its first version. Raises what `publish` does."""
    issuer = await issuers.known_issuer(tx, command.issuer_id)
    await store.insert_book(tx, command.price_book_id, issuer.issuer_id)
    return await _publish(tx, command.price_book_id, issuer, 1, command)


async def publish_price_version(
    tx: Tx, price_book_id: UUID, command: PublishPriceVersion
) -> PublishedVersion:
    """Publish the next version, numbered by one more than the last. Raises VersionBeforeTheLast."""
    book = await store.lock_book(tx, price_book_id)
    if book is None:
        raise NotFound(what="price book", id=str(price_book_id))
    check_succession(command, book.last_version, book.last_from)
    issuer = await issuers.known_issuer(tx, book.issuer_id)
    return await _publish(tx, price_book_id, issuer, book.last_version + 1, command)


async def offer(tx: Tx, price_code: str | None, audience: str, *days: date) -> Offer | Gap:
    """Return the price that holds on the first of these days on which one does, else what is missing."""
    found: Offer | Gap = "no_price_for_code"
    for day in days if price_code else ():
        found = await _offer_on(tx, price_code or "", audience, day)
        if isinstance(found, Offer):
            return found
    return found


async def check_pass(tx: Tx, sold: SoldPrice, day: date, beside: Sequence[SoldPrice] = ()) -> None:
    """Check how what a pass is taken for is taxed, by the prices published with it, else by those in force.

    Raises OpensUnknown, MultiPurpose.
    """
    opened: dict[str, list[SoldPrice]] = {}
    for code in sold.opens.price_codes if sold.opens else ():
        opened[code] = [each for each in beside if each.price_code == code] or [
            each.price for each in await store.offers(tx, code, day)
        ]
    check_single_purpose(sold, opened, day)


async def version_view(tx: Tx, price_book_id: UUID, number: int) -> PublishedVersion | None:
    found = await store.version(tx, price_book_id, number)
    return _view(found) if found else None


async def version_page(tx: Tx, asked: Asked) -> Page[PublishedVersion]:
    page = await store.page(tx, asked)
    return Page([_view(each) for each in page.items], page.last)


async def _publish(
    tx: Tx, price_book_id: UUID, issuer: Seller, number: int, said: PriceVersion
) -> PublishedVersion:
    check_version(said, issuer)
    if taken := await store.take_codes(tx, price_book_id, (each.price_code for each in said.prices)):
        raise PriceCodeTaken(price_code=taken)
    for each in said.prices:
        await check_pass(tx, each, said.valid_from, said.prices)
    now = await tx.now()
    kept = PriceVersion(**{name: getattr(said, name) for name in PriceVersion.model_fields})
    await store.insert_version(tx, price_book_id, number, kept, now)
    tx.emit(
        PriceBookPublished(
            price_book_id=price_book_id,
            version=number,
            name=said.name,
            issuer=issuer.told,
            deliberation=said.deliberation,
            currency="EUR",
            valid_from=said.valid_from,
            prices=said.prices,
            published_at=now,
        )
    )
    return PublishedVersion(
        **dict(kept),
        price_book_id=price_book_id,
        issuer_id=issuer.issuer_id,
        version=number,
        published_at=now,
    )


async def _offer_on(tx: Tx, price_code: str, audience: str, day: date) -> Offer | Gap:
    offers = await store.offers(tx, price_code, day)
    if not offers:
        return await store.gap(tx, day)
    return price_for(offers, audience) or "no_price_for_audience"


def _view(found: store.Published) -> PublishedVersion:
    return PublishedVersion(
        **dict(found.said),
        price_book_id=found.book.price_book_id,
        issuer_id=found.book.issuer_id,
        version=found.version,
        published_at=found.published_at,
    )
