"""A program: books hours that are free, over HTTP, as fast as the answers come.

`python booker.py TOLD SECONDS CONNECTIONS FIRST`: TOLD is a file with port, territory, resources and tokens
of people, FIRST the number of the first hour that nobody booked. Its result is {"rate": answers a second,
"sent": how many hours it asked for, "said": the first refusal, "milliseconds": [of each answer]}.
"""

import json
import sys
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from time import perf_counter
from typing import Any

import uvloop
from bookings import hour
from client import Connection
from programs import say_ready, say_result
from timing import WARM_UP, keep_busy

from chassis.ids import new_id

_AN_HOUR = timedelta(minutes=45)


async def _main(told: dict[str, Any], seconds: str, connections: str, first: str) -> dict[str, object]:
    people = list(told["tokens"].items())[: int(connections)]
    free = [(person, await Connection.open(told["port"], token)) for person, token in people]
    path = f"/v1/territories/{told['territory']}/bookings"
    milliseconds, errors, sent = list[float](), list[str](), int(first)

    async def book_one(_number: int) -> None:
        nonlocal sent
        person, connection = free.pop()
        turn, place = divmod(sent, len(told["resources"]))
        sent += 1
        start = hour(turn, free=True)
        command = {
            "booking_id": str(new_id()),
            "resource_id": told["resources"][place],
            "person_id": person,
            "start": start.isoformat(),
            "end": (start + _AN_HOUR).isoformat(),
        }
        begun = perf_counter()
        status, answer = await connection.post(path, command)
        milliseconds.append((perf_counter() - begun) * 1e3)
        if status != HTTPStatus.CREATED:
            errors.append(f"{status} {answer}")
        free.append((person, connection))

    say_ready()
    await keep_busy(book_one, WARM_UP, len(free))
    milliseconds.clear()
    rate = await keep_busy(book_one, float(seconds), len(free))
    for _, connection in free:
        connection.close()
    said = errors[0] if errors else ""
    return {"rate": rate, "sent": sent - int(first), "said": said, "milliseconds": milliseconds}


if __name__ == "__main__":
    file, *others = sys.argv[1:]
    say_result(uvloop.run(_main(json.loads(Path(file).read_text("utf-8")), *others)))
