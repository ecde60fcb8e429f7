"""HTTP door of the ledger: to be read; only what happens writes it."""

from typing import Final
from uuid import UUID

from billing.ledger import handlers
from billing.ledger.handlers import BalanceView, EntryView
from chassis.http import Act, Asked, Door, FromPath, Listed, Response, query


@query("/v1/territories/{siren:str}/issuers/{issuer_id:uuid}/balances")
async def list_balances(door: Door, asked: Asked, issuer_id: FromPath[UUID]) -> Response[Listed[BalanceView]]:
    """List what each account of an issuer has taken on each side."""
    return await door.page(Act("ledger:see", "issuer", issuer_id), handlers.balance_page, asked, issuer_id)


@query("/v1/territories/{siren:str}/issuers/{issuer_id:uuid}/entries")
async def list_entries(door: Door, asked: Asked, issuer_id: FromPath[UUID]) -> Response[Listed[EntryView]]:
    """List the entries of an issuer, newest first."""
    return await door.page(Act("ledger:see", "issuer", issuer_id), handlers.entry_page, asked, issuer_id)


ROUTES: Final = [list_balances, list_entries]
