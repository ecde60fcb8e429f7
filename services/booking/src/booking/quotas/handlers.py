"""Counts what was booked against the quotas of a policy, in the transaction that books."""

from booking.policies.model import Case, PolicyVersion
from booking.quotas import model, store
from booking.sites.model import Site
from chassis.db import Tx


async def check_quotas(tx: Tx, case: Case, version: PolicyVersion, site: Site) -> None:
    """Raise QuotaUsedUp where a quota has too little left; what it counts stays locked until the commit."""
    quotas = version.terms.quotas
    shared = [(quota, owner_id) for quota in quotas if (owner_id := model.owner(quota, case))]
    if not shared:
        return
    await store.lock(tx, [(quota.per, owner_id) for quota, owner_id in shared])
    day = site.day_of(case.asked.start)
    for quota, owner_id in shared:
        scope_id = version.scope_id if quota.across == "scope" else None
        days = model.looked_at(quota, day)
        used = await store.used(tx, quota, owner_id, scope_id, days, case.booking_id)
        model.check(quota, version.terms.name, day, model.wanted(quota, case), used)
