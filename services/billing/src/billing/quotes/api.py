"""HTTP door of quotes."""

from typing import Final

from billing.quotes import handlers
from billing.quotes.handlers import AskQuote, Quote
from chassis.http import Body, Door, Open, Response, post


@post("/v1/territories/{siren:str}/quotes", status_code=200)
async def ask_quote(door: Door, data: Body[AskQuote]) -> Response[Quote]:
    """Say what it would cost, to anyone; nothing is kept."""
    return await door.read(Open.ANYONE, handlers.quote, data)


ROUTES: Final = [ask_quote]
