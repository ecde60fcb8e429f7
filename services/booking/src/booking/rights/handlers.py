"""Finds the right that a use is made by, and keeps the copy of the facts that rights come from."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from booking.rights import model, store
from booking.rights.model import Grant, Membership, Use
from booking.rights.ports import horizon
from chassis.db import Tx
from chassis.errors import CatchingUp
from chassis.privacy import know
from chassis.timers import set_timer
from contracts.membership import MembershipPlanChanged, MembershipState, PersonAffiliated

REVIEW: Final = "rights-review"  # timer: somebody's bookings to come are to be judged again


async def rights(tx: Tx, use: Use, booking_id: UUID, chosen: UUID | None = None) -> tuple[Grant, datetime]:
    """Return the best right to the use, and how recent the copy is that says so.

    Raises CatchingUp while the copy is not read, and a refusal that names what stands against the use.
    """
    check_caught_up()
    memberships, known_at = await store.memberships_of(tx, use.person_id)
    usable = model.usable(memberships, use, chosen)
    included = await _included(tx, usable, use, booking_id)
    return included or model.beside_plan(usable[0], use.kind), known_at or await tx.now()


async def rights_beside(tx: Tx, uses: Sequence[Use], grant: Grant) -> list[str]:
    """Return how each thing booked beside another one is paid, by the right to that one.

    By the plan only where it counts no quantity: what it counts goes to the thing booked itself. Raises the
    refusal that stands against a use.
    """
    if not uses or grant.membership_id is None:
        return [grant.paid_by for _ in uses]
    memberships, _ = await store.memberships_of(tx, uses[0].person_id)
    opening = [model.usable(memberships, use, grant.membership_id)[0].opening(use.kind) for use in uses]
    return [
        "plan" if any(each.paid_by == "plan" and each.quantity is None for each in found) else "money"
        for found in opening
    ]


async def horizon_of(tx: Tx) -> datetime:
    """Return how recent the copy of the rights is, for a booking that is made without one."""
    return await store.horizon(tx) or await tx.now()


def check_caught_up() -> None:
    """Raise CatchingUp while facts that were there when the process started are unread."""
    if not horizon.reached():
        raise CatchingUp(retry_after=2)


async def keep_membership(tx: Tx, told: MembershipState) -> None:
    """Keep a membership's rights and have the bookings to come that use it judged again."""
    await store.keep_membership(tx, told)
    parties = {
        told.holder.person_id,
        told.holder.organisation_id,
        told.payer.person_id,
        told.payer.organisation_id,
    }
    await know(tx, *(party for party in parties if party is not None))
    await review(tx, membership_id=told.membership_id)


async def keep_change(tx: Tx, told: MembershipPlanChanged) -> None:
    """Keep the rights that a membership has from a day on, and have the bookings to come judged again."""
    await store.keep_change(tx, told)
    await review(tx, membership_id=told.membership_id)


async def keep_affiliation(tx: Tx, told: PersonAffiliated) -> None:
    """Keep who may use what an organisation holds."""
    await store.keep_affiliation(tx, told)
    await know(tx, told.person_id, told.organisation_id)
    await review(tx, person_id=told.person_id)


async def review(tx: Tx, **whose: UUID) -> None:
    """Have bookings to come judged again once this transaction has committed."""
    ((name, identity),) = whose.items()
    await set_timer(tx, REVIEW, f"{name}/{identity}", await tx.now(), {name: str(identity)})


async def _included(tx: Tx, usable: Iterable[Membership], use: Use, booking_id: UUID) -> Grant | None:
    """Return the first right whose plan includes the whole use, with enough left of its quantity."""
    for membership in usable:
        for entitlement in membership.opening(use.kind):
            if entitlement.paid_by != "plan":
                continue
            wanted = model.units(entitlement.unit, use)
            if entitlement.quantity is not None:
                days = model.cycle(entitlement.per, use.first, membership.valid)
                used = await store.used(tx, membership, entitlement, days, booking_id)
                if used + wanted > entitlement.quantity:
                    continue
            return _by_plan(membership, wanted)
    return None


def _by_plan(membership: Membership, units: Decimal) -> Grant:
    return Grant(
        membership.audience,
        membership.payer,
        "plan",
        units,
        membership.membership_id,
        membership.plan_id,
        membership.plan_version,
    )
