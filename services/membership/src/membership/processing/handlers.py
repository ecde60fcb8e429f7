"""Shows the register of processing of this release."""

from chassis.db import Tx
from contracts.registry import FACTS
from membership.processing import model
from membership.processing.model import Register


async def show_register(_tx: Tx) -> Register:
    """Return the register, made from the contracts of this release."""
    return model.register(FACTS.values())
