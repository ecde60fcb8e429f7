"""Owns what services tell of a purge: for which purpose, up to which day, and how much."""

from typing import Annotated
from uuid import UUID

from contracts.envelope import Fact
from contracts.erasure import Rows
from contracts.marks import Known, about
from contracts.values import Day, Instant


class RetentionApplied(Fact):
    """What a rule of retention no longer keeps was purged."""

    purge_id: Annotated[UUID, about("The purge.", "0195a1b0-5c00-7000-8000-000000000095")]
    purpose: Annotated[
        str, Known("accounts", "proofs", "visits"), about("What it had been kept for.", "visits")
    ]
    cut_off_on: Annotated[Day, about("Only what is older than this day was purged.", "2025-03-12")]
    taken: Annotated[Rows, about("How many were purged; of accounts, how many erasures were asked for.", 12)]
    held: Annotated[Rows, about("How many were old enough and stayed, held by what still runs.", 1)]
    applied_at: Annotated[Instant, about("When, by the clock of the territory.")]
