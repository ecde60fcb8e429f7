"""Owns what the two tiny services say to each other, on topics of their own for each run."""

import os
from uuid import UUID

from contracts.envelope import Fact, Topic

RUN = os.environ.get("TINY_RUN", "")  # small letters; keeps the runs on one broker apart


def in_this_run(name: str) -> str:
    """Return a name, as `alpha.items`, that no other run uses."""
    return f"{name}-{RUN}" if RUN else name


ALPHA_ITEMS = Topic(f"{in_this_run('alpha.items')}.v1", key="item_id", partitions=12)
BETA_CHARGES = Topic(f"{in_this_run('beta.charges')}.v1", key="item_id", partitions=3)


class ItemTouched(Fact, topic=ALPHA_ITEMS):
    """An item was touched; `n` counts its touches."""

    item_id: str
    touch_id: UUID
    n: int


class ItemCharged(Fact, topic=BETA_CHARGES):
    """A touch was charged; `n` counts the charges of the item."""

    item_id: str
    n: int
