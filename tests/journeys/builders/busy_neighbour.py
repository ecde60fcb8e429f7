"""Somebody who books and gives up the same hour all the time, while something else is done."""

import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from journey import Json, Person

from chassis.ids import new_id

_PAUSE = 0.1  # seconds between two acts


@dataclass
class Neighbour:
    """Books `wanted` and cancels it again and again, from `with` to the end of its block."""

    person: Person
    base: str
    wanted: Json
    given_up: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._thread:
            self._thread.join()

    def _live(self) -> None:
        while not self._over.wait(_PAUSE):
            booking_id = str(new_id())
            if self._says("/bookings", {"booking_id": booking_id, **self.wanted}) and self._says(
                f"/bookings/{booking_id}/cancel", {}
            ):
                self.given_up.append(booking_id)

    def _says(self, path: str, body: Json) -> bool:
        answer = self.person.send("POST", "booking", self.base + path, body)
        if not answer.is_success:
            self.failed.append(answer.text)
        return answer.is_success
