"""A taken port is told with the process that holds it."""

from __future__ import annotations

import os
import socket
import threading

import psutil
import pytest

from maillage.runtime.ports import broker_answers, free_port, holder, is_free, require_free
from maillage.sentences import PORT_TAKEN, StartError


def test_a_taken_port_is_told_with_its_holder_and_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(StartError) as failure:
            require_free(port, "kafka", "MAILLAGE_KAFKA_PORT")
    assert failure.value.sentence is PORT_TAKEN
    said = failure.value.said("en")
    assert (
        f"Port {port}, needed by kafka, is taken by {psutil.Process().name()} (process {os.getpid()} of"
        in said
    )
    assert "MAILLAGE_KAFKA_PORT" in failure.value.cure("en")


def test_a_port_taken_on_every_interface_is_taken_here_too() -> None:
    with socket.create_server(("", 0)) as server:
        assert not is_free(server.getsockname()[1])


def test_a_free_port_is_free_and_has_no_holder() -> None:
    port = free_port()
    assert is_free(port)
    assert holder(port) is None
    require_free(port, "kafka", "MAILLAGE_KAFKA_PORT")


@pytest.mark.parametrize("reply", [b"", b"\0\0\0\x08", b"\0\0\0\x10\0\0\0\x07\0\0\0\0"])
def test_a_broker_that_says_nothing_or_knows_no_broker_does_not_count(reply: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(100)
                connection.sendall(reply)

        thread = threading.Thread(target=answer)
        thread.start()
        assert broker_answers(f"127.0.0.1:{server.getsockname()[1]}") is False
        thread.join()
