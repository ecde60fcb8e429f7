"""Kills, restarts and stops the test servers, through the socket that `maillage.testservers` listens on."""

import asyncio
import os
import socket
from typing import Literal

Verb = Literal["kill", "restart", "down", "up", "stop", "cont"]
Server = Literal["kafka", "postgres"]

_SECONDS = 120.0


async def tell(verb: Verb, server: Server) -> None:
    """Do this to the server; returns when it is ready again. Raises RuntimeError when it is not."""
    answer = await asyncio.to_thread(_tell, f"{verb} {server}\n")
    if answer != "ok":
        raise RuntimeError(f"{verb} {server}: {answer}")


def _tell(line: str) -> str:
    with socket.socket(socket.AF_UNIX) as control:
        control.settimeout(_SECONDS)
        control.connect(os.environ["MAILLAGE_TEST_CONTROL"])
        control.sendall(line.encode())
        return control.makefile().readline().strip()
