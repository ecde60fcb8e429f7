"""The composition root and table of contents of membership: every route and who may use it."""

import os

from chassis.db import Database
from chassis.service import Service
from membership.accounts import api as accounts
from membership.accounts.handlers import channels
from membership.affiliations import api as affiliations
from membership.agreed.handlers import PROOF, RENEWAL
from membership.changes import api as changes
from membership.changes.handlers import offer_renewal
from membership.desks import api as desks
from membership.documents import api as documents
from membership.documents.handlers import REMINDER, remind
from membership.erasures import api as erasures
from membership.erasures.consumer import erasures as erasure_answers
from membership.imports import api as imports
from membership.imports.consumer import uses as imports_used
from membership.imports.handlers import FORGET, STEP, forget, step
from membership.machine_classes import api as machine_classes
from membership.memberships import api as memberships
from membership.networks import api as networks
from membership.operators import api as operators
from membership.organisations import api as organisations
from membership.persons import api as persons
from membership.plans import api as plans
from membership.policy import POLICY
from membership.processing import api as processing
from membership.proofs import api as proofs
from membership.proofs.handlers import end_proof
from membership.qualifications import api as qualifications
from membership.qualifications.consumer import uses
from membership.qualifications.handlers import END, end
from membership.recognitions import api as recognitions
from membership.recognitions.consumer import recognitions as recognised
from membership.reference import api as reference
from membership.reference.handlers import load_reference
from membership.reports import api as reports
from membership.retention import api as retention
from membership.roles import api as roles
from membership.roles.handlers import ensure_first_operator
from membership.seats import api as seats
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
        *desks.ROUTES,
        *plans.ROUTES,
        *memberships.ROUTES,
        *changes.ROUTES,
        *seats.ROUTES,
        *documents.ROUTES,
        *proofs.ROUTES,
        *erasures.ROUTES,
        *imports.ROUTES,
        *reports.ROUTES,
        *machine_classes.ROUTES,
        *qualifications.ROUTES,
        *recognitions.ROUTES,
        *processing.ROUTES,
        *retention.ROUTES,
    ],
    policy=POLICY,
    subscribers=[erasure_answers, imports_used, uses, recognised],
    timers={
        REMINDER: remind,
        PROOF: end_proof,
        RENEWAL: offer_renewal,
        STEP: step,
        FORGET: forget,
        END: end,
    },
    channels=channels,
    prepare=prepare,
)
