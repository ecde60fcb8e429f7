"""HTTP door of issuers."""

from typing import Final
from uuid import UUID

from billing.issuers import handlers
from billing.issuers.handlers import RegisterIssuer
from billing.issuers.model import Seller
from chassis.http import Act, Asked, Body, Door, FromPath, Listed, Response, creation, query


@creation("/v1/territories/{siren:str}/issuers")
async def register_issuer(door: Door, data: Body[RegisterIssuer]) -> Response[Seller]:
    """Register a legal seller of the territory."""
    act = Act("issuer:register", "issuer", data.issuer_id)
    return await door.create(act, handlers.register_issuer, data)


@query("/v1/territories/{siren:str}/issuers/{issuer_id:uuid}")
async def show_issuer(door: Door, issuer_id: FromPath[UUID]) -> Response[Seller]:
    """Show a legal seller."""
    return await door.read(Act("issuer:see", "issuer", issuer_id), handlers.issuer_view, issuer_id)


@query("/v1/territories/{siren:str}/issuers")
async def list_issuers(door: Door, asked: Asked) -> Response[Listed[Seller]]:
    """List the legal sellers by name."""
    return await door.page(Act("issuer:see", "territory", door.territory_id), handlers.issuer_page, asked)


ROUTES: Final = [register_issuer, show_issuer, list_issuers]
