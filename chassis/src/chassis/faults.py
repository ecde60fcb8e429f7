"""Tells trouble of the infrastructure, worth a retry, from an error of a handler, which parks."""

import traceback
from pathlib import PurePath

import asyncpg
from pydantic import ValidationError

from chassis.errors import Fault, Refused
from chassis.outbox import Connection

# SQLSTATE classes: connection, rollback (deadlock, serialisation), resources, operator intervention.
_PASSING = ("08", "40", "53", "57")


class HandlerFailedError(Fault):
    """A handler raised; the exception it raised is the cause."""


def is_infrastructure(error: Exception, connection: Connection, *, patient: bool = True) -> bool:
    """Say whether the same work may succeed when it is simply done again.

    A handler's own OSError or TimeoutError looks like trouble of the network. While `patient`, it is taken
    for that; afterwards, with a live database, it is the handler's error, so that it cannot block the others.
    """
    if connection.is_closed() or isinstance(error, asyncpg.InternalClientError):
        return True
    if isinstance(error, asyncpg.PostgresError):
        state = error.sqlstate or ""
        return state[:2] in (_PASSING if patient else ("08", "53", "57"))
    return patient and isinstance(error, OSError)


def described(error: BaseException) -> str:
    """Describe an error without the values it holds: type and place, or which fields are bad."""
    if isinstance(error, ValidationError):
        fields = ", ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'data'}: {fault['type']}" for fault in error.errors()[:5]
        )
        return f"ValidationError: {fields}"
    if isinstance(error, Refused):
        return f"{type(error).__name__}: {error.code}"
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
