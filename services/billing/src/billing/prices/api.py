"""HTTP door of price books: prices are public, publishing them is not."""

from typing import Final
from uuid import UUID

from billing.prices import handlers
from billing.prices.handlers import PublishedVersion, PublishPriceBook, PublishPriceVersion
from chassis.http import (
    Act,
    Asked,
    Body,
    Door,
    FromPath,
    Listed,
    Open,
    Response,
    command,
    creation,
    query,
)


@creation("/v1/territories/{siren:str}/price-books")
async def publish_price_book(door: Door, data: Body[PublishPriceBook]) -> Response[PublishedVersion]:
    """Open a price book with its first version."""
    act = Act("price-book:publish", "price book", data.price_book_id)
    return await door.create(act, handlers.publish_price_book, data)


@command("/v1/territories/{siren:str}/price-books/{price_book_id:uuid}/publish")
async def publish_price_version(
    door: Door, price_book_id: FromPath[UUID], data: Body[PublishPriceVersion]
) -> Response[PublishedVersion]:
    """Publish the next version of a price book."""
    act = Act("price-book:publish", "price book", price_book_id)
    return await door.command(act, handlers.publish_price_version, price_book_id, data)


@query("/v1/territories/{siren:str}/price-books/{price_book_id:uuid}/versions/{number:int}")
async def show_price_version(
    door: Door, price_book_id: FromPath[UUID], number: FromPath[int]
) -> Response[PublishedVersion]:
    """Show a version of a price book, to anyone."""
    return await door.read(Open.ANYONE, handlers.version_view, price_book_id, number)


@query("/v1/territories/{siren:str}/price-books")
async def list_price_versions(door: Door, asked: Asked) -> Response[Listed[PublishedVersion]]:
    """List the versions of all price books of the territory, to anyone."""
    return await door.page(Open.ANYONE, handlers.version_page, asked)


ROUTES: Final = [publish_price_book, publish_price_version, show_price_version, list_price_versions]
