"""Which ports are free, who holds one that is not, and whether a Kafka broker answers on one."""

from __future__ import annotations

import socket
import struct

import psutil

from maillage.sentences import PORT_TAKEN, StartError

METADATA_REQUEST = struct.pack(">ihhihi", 14, 3, 1, 7, -1, 0)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def holder(port: int) -> str | None:
    """The process that listens on a port, as `name (process 123 of user)`; None when nobody does.

    Without the right to look into another user's processes, only that somebody listens is known.
    """
    try:
        listening = [c for c in psutil.net_connections("inet") if c.status == psutil.CONN_LISTEN]
    except psutil.AccessDenied:
        return None
    for connection in listening:
        if not connection.laddr or connection.laddr.port != port:
            continue
        if connection.pid is None:
            return "a process of another user"
        process = psutil.Process(connection.pid)
        return f"{process.name()} (process {process.pid} of {process.username()})"
    return None


def broker_answers(address: str) -> bool:
    """Whether the broker at `host:port` serves requests and counts itself as a member of its cluster.

    One Metadata v1 request for no topic; the reply opens with correlation id and the number of brokers.
    """
    host, port = address.rsplit(":", 1)
    try:
        with socket.create_connection((host, int(port)), timeout=1) as connection:
            connection.settimeout(1)
            connection.sendall(METADATA_REQUEST)
            reply = connection.recv(12)
    except OSError:
        return False
    return len(reply) == 12 and struct.unpack(">iii", reply)[2] > 0  # noqa: PLR2004 - three integers


def require_free(port: int, part: str, setting: str) -> None:
    """Raises StartError naming the process that holds the port."""
    if not is_free(port):
        found = holder(port) or "a process that this user may not see"
        raise StartError(PORT_TAKEN, port=port, part=part, holder=found, setting=setting)


def answers(port: int) -> bool:
    """Whether something on this machine accepts a connection on the port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
