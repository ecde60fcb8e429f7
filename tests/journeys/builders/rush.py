"""A rush: bookings and quotes at a steady pace, many at once, each repeated until it is answered."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import SimpleQueue

import httpx
from busy_hub import BASE, BusyHub
from journey import Json

A_SECOND = 50  # commands
WORKERS = 12
_QUOTES_OF_FIVE = 2  # of five commands, two ask for a quote


@dataclass(slots=True)
class Rush:
    """What was asked and what was acknowledged: every booking by its id, every quote by its amount."""

    hub: BusyHub
    asked: set[str] = field(default_factory=set)
    acknowledged: Counter[str] = field(default_factory=Counter)
    quoted: Counter[int] = field(default_factory=Counter)
    repeats: int = 0
    refused: list[str] = field(default_factory=list)
    seconds: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Keep the rush up while the block runs; at its end everybody waits for the answer that is due."""
        numbers: SimpleQueue[tuple[int, Json]] = SimpleQueue()
        for numbered in enumerate(self.hub.wanted()):
            numbers.put(numbered)
        begun = time.monotonic()
        with ThreadPoolExecutor(WORKERS) as people:
            works = [people.submit(self._work, numbers, begun) for _ in range(WORKERS)]
            try:
                yield
            finally:
                self._stop.set()
        self.seconds = time.monotonic() - begun
        for work in works:
            work.result()

    def _work(self, numbers: "SimpleQueue[tuple[int, Json]]", begun: float) -> None:
        headers = {"Authorization": f"Bearer {self.hub.people['hub-manager'].token}"}
        with httpx.Client(headers=headers, timeout=20) as client:
            while not self._stop.is_set():
                number, wanted = numbers.get_nowait()
                self._stop.wait(begun + number / A_SECOND - time.monotonic())
                if number % 5 < _QUOTES_OF_FIVE:
                    self._quote(client, wanted)
                else:
                    self._book(client, wanted)

    def _book(self, client: httpx.Client, wanted: Json) -> None:
        booking_id = wanted["booking_id"]
        self.asked.add(booking_id)
        if answer := self._answered(client, "booking", "bookings", wanted, booking_id):
            assert answer["state"] == "confirmed"
            self.acknowledged[booking_id] += 1

    def _quote(self, client: httpx.Client, wanted: Json) -> None:
        line = {"price_code": "desk-hour", "start": wanted["start"], "end": wanted["end"]}
        asked = {"audience": "nomad", "site_id": self.hub.site_id, "lines": [line]}
        if answer := self._answered(client, "billing", "quotes", asked, wanted["booking_id"]):
            self.quoted[answer["net"]["minor"]] += 1

    def _answered(self, client: httpx.Client, service: str, path: str, body: Json, key: str) -> Json | None:
        """Send until there is an answer; None when the rush ends first, or for a refusal, which is noted."""
        url = f"{self.hub.platform.address(service)}{BASE}/{path}"
        while True:
            try:
                response = client.post(url, json=body, headers={"Idempotency-Key": key})
            except httpx.TransportError:
                response = None
            if response is not None and response.is_success:
                answer: Json = response.json()
                return answer
            if response is not None and response.is_client_error:
                self.refused.append(response.text)
                return None
            self.repeats += 1
            if self._stop.wait(0.1):
                return None
