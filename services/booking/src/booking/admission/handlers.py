"""Admits a use under the policy that holds for it: its time, strikes and quotas; and says how it goes on."""

from booking.admission import model
from booking.admission.model import Ruling
from booking.policies import store as policies
from booking.policies.model import Case, in_force
from booking.quotas.handlers import check_quotas
from booking.sites.model import Rules, Site
from booking.strikes.handlers import check_not_suspended
from chassis.db import Tx


async def admit(tx: Tx, case: Case, site: Site) -> Ruling:
    """Return what the use is made by. Raises the refusal of the first rule that it does not keep to.

    The version that holds on the day of the start judges the use; the notice is judged by the one that holds
    today. Quotas stay locked until this transaction ends.
    """
    lineage, audience, now = case.resource.lineage, case.grant.audience, await tx.now()
    versions = await policies.of_scopes(tx, lineage)
    today = in_force(versions, lineage, audience, site.day_of(now))
    then = in_force(versions, lineage, audience, site.day_of(case.asked.start))
    if today:
        model.check_notice(today.terms, case, site, now)
    if then:
        model.check_time(then.terms, case, site)
        if not case.at_desk:
            await check_not_suspended(tx, case.person_id, then, site)
        await check_quotas(tx, case, then, site)
    return model.ruling(then, case)


async def rules_of(tx: Tx, site: Site, ruling: Ruling) -> Rules:
    """Return how a booking goes on: by the version it was made by, else by the rules of its site."""
    if ruling.policy_id is None or ruling.policy_version is None:
        return site.rules
    made_by = await policies.version(tx, ruling.policy_id, ruling.policy_version)
    return made_by.terms.rules(site.rules)
