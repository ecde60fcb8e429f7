"""Tells those who wait in this process that a commit left something for them; others poll."""

import asyncio
from contextlib import suppress


class Bell:
    """Rung after commits; a ring that nobody waits for yet is not lost to who counts from before it."""

    def __init__(self) -> None:
        self.rings = 0
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        """Wake all who wait."""
        self.rings += 1
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def after(self, rings: int, seconds: float) -> None:
        """Wait until it has rung since it counted `rings`, at most so many seconds."""
        if self.rings > rings:
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(waiter, seconds)
        finally:
            self._waiting.discard(waiter)
