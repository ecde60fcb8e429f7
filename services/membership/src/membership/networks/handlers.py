"""Forms networks, lets territories join and leave, signs and ends agreements to share."""

from uuid import UUID

from chassis.db import PLATFORM, Tx
from chassis.errors import NotFound
from contracts.membership import (
    NetworkFormed,
    NetworkMemberJoined,
    NetworkMemberLeft,
    SharingAgreementEnded,
    SharingAgreementSigned,
)
from membership.networks import model, store
from membership.networks.model import (
    Agreement,
    EndSharingAgreement,
    FormNetwork,
    JoinNetwork,
    LeaveNetwork,
    Member,
    Network,
    SignSharingAgreement,
)
from membership.territories import store as territories


async def form_network(tx: Tx, wanted: FormNetwork) -> Network:
    """Form a network, in a transaction of the platform. Raises what `model.check_formed` raises."""
    model.check_formed(wanted, await territories.open_among(tx, wanted.territory_ids))
    await store.insert(tx, wanted)
    members = tuple(sorted(wanted.territory_ids))
    tx.emit(
        NetworkFormed(
            network_id=wanted.network_id,
            name=wanted.name,
            kind=wanted.kind,
            body=wanted.body,
            territory_ids=members,
        )
    )
    return await store.locked(tx, wanted.network_id)


async def join_network(tx: Tx, network_id: UUID, wanted: JoinNetwork) -> Member:
    """Make the territory of this transaction a member.

    Raises NotFound, MembersNotOpen, JoinedBeforeFormed, AlreadyInNetwork.
    """
    if await territories.territory(tx) is None:
        raise model.MembersNotOpen(territory_ids=tx.territory_id)
    model.check_joined(await store.locked(tx, network_id), wanted.joined_on)
    member = Member(territory_id=tx.territory_id, joined_on=wanted.joined_on)
    await store.join(tx, network_id, member)
    async with tx.platform():
        joined = NetworkMemberJoined(network_id=network_id, **member.model_dump(exclude={"left_on"}))
        tx.emit(joined, territory_id=PLATFORM)
    return member


async def leave_network(tx: Tx, network_id: UUID, wanted: LeaveNetwork) -> Member:
    """End the membership of this transaction's territory; raises NotFound and what `leaving` raises."""
    network = await store.locked(tx, network_id)
    member = model.leaving(network, tx.territory_id, wanted.left_on)
    await store.leave(tx, network_id, member, wanted.left_on)
    left = NetworkMemberLeft(network_id=network_id, territory_id=tx.territory_id, left_on=wanted.left_on)
    async with tx.platform():
        tx.emit(left, territory_id=PLATFORM)
    return member.model_copy(update={"left_on": wanted.left_on})


async def sign_sharing_agreement(tx: Tx, wanted: SignSharingAgreement) -> Agreement:
    """Sign an agreement between members of a network, in a transaction of the platform.

    Raises NotFound, AlreadyShared and what `model.check_signed` raises.
    """
    model.check_signed(await store.locked(tx, wanted.network_id), wanted)
    await store.sign(tx, wanted)
    agreement = Agreement(
        **wanted.model_dump(exclude={"territory_ids"}), territory_ids=tuple(sorted(wanted.territory_ids))
    )
    tx.emit(SharingAgreementSigned(**agreement.model_dump(exclude={"ended_on", "reason"})))
    return agreement


async def end_sharing_agreement(tx: Tx, agreement_id: UUID, wanted: EndSharingAgreement) -> Agreement:
    """End an agreement, in a transaction of the platform; raises NotFound and what `check_end` raises."""
    agreement = await store.agreement(tx, agreement_id)
    if agreement is None:
        raise NotFound(what="sharing agreement", id=str(agreement_id))
    model.check_end(agreement, wanted.ended_on)
    await store.end(tx, agreement_id, wanted.ended_on, wanted.reason)
    tx.emit(
        SharingAgreementEnded(
            agreement_id=agreement_id,
            network_id=agreement.network_id,
            kind=agreement.kind,
            ended_on=wanted.ended_on,
            reason=wanted.reason,
        )
    )
    return agreement.model_copy(update={"ended_on": wanted.ended_on, "reason": wanted.reason})
