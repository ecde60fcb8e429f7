"""Lets a relay work without its lease, to show that no promise rests on it."""

import os

from chassis.relay import Relay


def arm() -> None:
    """Take the lease away when TINY_NO_LEASE is set."""
    if os.environ.get("TINY_NO_LEASE"):
        Relay._lease = _always  # type: ignore[method-assign,assignment]  # noqa: SLF001 - the fault is planted on purpose


async def _always(relay: Relay, _connection: object) -> bool:
    relay.holds_lease = True
    return True
