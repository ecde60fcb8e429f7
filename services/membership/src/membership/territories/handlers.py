"""Opens territories and moves the clocks of sandboxes."""

from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from chassis import territory_clock
from chassis.db import Tx
from contracts.membership import TerritoryClockMoved, TerritoryOpened
from contracts.values import Instant
from membership.reference import store as reference
from membership.territories import model, store
from membership.territories.model import GroupingUnknown, OpenTerritory, Territory, TerritoryNotOpen


class MoveClock(BaseModel):
    """Move the clock of a sandbox forward to an instant."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    to: Instant


class TerritoryNow(Territory):
    """A territory with its business time; `ahead_seconds` of real time is negative where it is behind."""

    now: datetime
    ahead_seconds: int


async def open_territory(tx: Tx, wanted: OpenTerritory) -> TerritoryNow:
    """Open the territory of this transaction and set the clock of a sandbox.

    Raises GroupingUnknown, TerritoryAlreadyOpen and what `model.opened` raises.
    """
    grouping = await reference.grouping(tx, tx.territory_id)
    if grouping is None:
        raise GroupingUnknown(siren=tx.territory_id)
    real = await tx.now()
    territory = model.opened(grouping, wanted, real)
    await store.insert(tx, territory)
    ahead = model.offset(territory.sandbox_start, real) if territory.sandbox_start else timedelta()
    if territory.sandbox:
        await territory_clock.set_ahead(tx, ahead)
    tx.emit(
        TerritoryOpened(
            territory_id=territory.territory_id,
            name=territory.name,
            kind=territory.kind,
            zone=territory.zone,
            sandbox=territory.sandbox,
            sandbox_start=territory.sandbox_start,
            offset_seconds=_seconds(ahead),
        )
    )
    return _at(territory, real + ahead, ahead)


async def move_clock(tx: Tx, wanted: MoveClock) -> TerritoryNow:
    """Move the clock of a sandbox. Raises TerritoryNotOpen and what `model.moved_ahead` raises."""
    territory = await store.territory(tx, for_change=True)
    if territory is None:
        raise TerritoryNotOpen(siren=tx.territory_id)
    now, before = await tx.now(), await territory_clock.ahead(tx)
    ahead = model.moved_ahead(territory, wanted.to, now, before)
    await territory_clock.set_ahead(tx, ahead)
    shown = _at(territory, now - before + ahead, ahead)
    tx.emit(
        TerritoryClockMoved(
            territory_id=territory.territory_id,
            offset_seconds=shown.ahead_seconds,
            previous_offset_seconds=_seconds(before),
            now=shown.now,
        )
    )
    return shown


async def required(tx: Tx) -> Territory:
    """Return the territory of this transaction; raises TerritoryNotOpen."""
    territory = await store.territory(tx)
    if territory is None:
        raise TerritoryNotOpen(siren=tx.territory_id)
    return territory


async def shown(tx: Tx) -> TerritoryNow:
    """Return the territory of this transaction and its business time; raises TerritoryNotOpen."""
    return _at(await required(tx), await tx.now(), await territory_clock.ahead(tx))


def _at(territory: Territory, now: datetime, ahead: timedelta) -> TerritoryNow:
    return TerritoryNow(**territory.model_dump(), now=now, ahead_seconds=_seconds(ahead))


def _seconds(offset: timedelta) -> int:
    return offset // timedelta(seconds=1)
