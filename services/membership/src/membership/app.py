"""The composition root and table of contents of membership: every route and who may use it."""

import os

from chassis.db import Database
from chassis.service import Service
from membership.accounts import api as accounts
from membership.accounts.handlers import channels
from membership.affiliations import api as affiliations
from membership.memberships import api as memberships
from membership.networks import api as networks
from membership.operators import api as operators
from membership.organisations import api as organisations
from membership.persons import api as persons
from membership.plans import api as plans
from membership.policy import POLICY
from membership.reference import api as reference
from membership.reference.handlers import load_reference
from membership.roles import api as roles
from membership.roles.handlers import ensure_first_operator
from membership.sites import api as sites
from membership.territories import api as territories
from membership.vault import vault


async def prepare(migrator_url: str) -> None:
    """Fill the reference tables, and name the first operator where MAILLAGE_FIRST_OPERATOR_MAIL does."""
    await load_reference(migrator_url)
    if mail := os.environ.get("MAILLAGE_FIRST_OPERATOR_MAIL"):
        database = await Database.connect(migrator_url, size=1)
        try:
            await ensure_first_operator(database, mail, vault())
        finally:
            await database.close()


service = Service(
    "membership",
    routes=[
        *reference.ROUTES,
        *territories.ROUTES,
        *networks.ROUTES,
        *sites.ROUTES,
        *operators.ROUTES,
        *persons.ROUTES,
        *organisations.ROUTES,
        *affiliations.ROUTES,
        *accounts.ROUTES,
        *roles.ROUTES,
        *plans.ROUTES,
        *memberships.ROUTES,
    ],
    policy=POLICY,
    channels=channels,
    prepare=prepare,
)
