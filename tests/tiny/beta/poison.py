"""Decides which items beta cannot handle, while a file says that there are such items."""

import os
from pathlib import Path


class PoisonedItem(Exception):
    """This item cannot be handled just now."""


def refuse_poisoned(item_id: str) -> None:
    """Raise PoisonedItem for items 7, 57, 107 … while the file `poison` is in the service's data folder."""
    if int(item_id.rpartition("-")[2]) % 50 == 7 and _FLAG.exists():
        raise PoisonedItem(item_id)


_FLAG = Path(os.environ.get("MAILLAGE_DATA_DIR", ".")) / "poison"
