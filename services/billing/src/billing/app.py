"""The composition root and table of contents of billing: every route, every topic heard, every timer."""

from billing.billruns import api as billruns
from billing.billruns.handlers import SEAL, seal_page
from billing.charges import api as charges
from billing.charges.consumer import charges as bookings_heard
from billing.charges.consumer import repricing
from billing.charges.handlers import REPRICE, reprice
from billing.erasures.consumer import erasures
from billing.fibre import api as fibre
from billing.fibre.handlers import MONTH, begin_month
from billing.invoices import api as invoices
from billing.issuers import api as issuers
from billing.ledger import api as ledger
from billing.machines.consumer import machines
from billing.parties.consumer import parties
from billing.passes import api as passes
from billing.passes.consumer import passes as credits_heard
from billing.places.consumer import places
from billing.policy import POLICY
from billing.prices import api as prices
from billing.quotes import api as quotes
from billing.registrations.consumer import registrations
from billing.subscriptions.consumer import subscriptions
from billing.subscriptions.handlers import CYCLE, begin_cycle
from chassis.service import Service
from chassis.territory_clock import follower

service = Service(
    "billing",
    routes=[
        *issuers.ROUTES,
        *prices.ROUTES,
        *quotes.ROUTES,
        *charges.ROUTES,
        *passes.ROUTES,
        *fibre.ROUTES,
        *ledger.ROUTES,
        *invoices.ROUTES,
        *billruns.ROUTES,
    ],
    policy=POLICY,
    subscribers=[
        follower("billing"),
        places,
        parties,
        bookings_heard,
        registrations,
        machines,
        repricing,
        subscriptions,
        credits_heard,
        erasures,
    ],
    timers={REPRICE: reprice, CYCLE: begin_cycle, MONTH: begin_month, SEAL: seal_page},
)
