"""Owns long lists, page by page: the order of a list, and cursors that only this service can make."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Generic, Self, TypeVar
from uuid import UUID

import asyncpg

from chassis.errors import Refused
from chassis.secret_files import secret_in

DEFAULT_LIMIT: Final = 50
LARGEST_LIMIT: Final = 200

T = TypeVar("T")
Place = tuple[str, ...]  # the order's name, then the sort values of a row, as text
_MAC_BYTES = 16


class CursorInvalid(Refused):
    """The cursor does not belong to this list."""

    status = 422
    fr = "Le curseur n'est pas de cette liste."
    cure = ("Start again without a cursor.", "Reprenez sans curseur.")


@dataclass(frozen=True, slots=True)
class Asked:
    """The page a request asks for: how many rows, after which place; no place means from the start."""

    limit: int = DEFAULT_LIMIT
    after: Place | None = None

    @property
    def arguments(self) -> tuple[object, ...]:
        """The SQL arguments that `Order.tail` speaks of, to be passed after the statement's own."""
        values = self.after[1:] if self.after else ()
        return (*values, self.limit + 1)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows in order, and the place of the last one when others follow."""

    items: list[T]
    last: Place | None = None


class Order:
    """The order of one list: columns with their types, never null, together unique.

    `Order("starts_at timestamptz", "thing_id uuid")`; a column may be qualified, `b.starts_at timestamptz`.
    """

    def __init__(self, *columns: str, descending: bool = False) -> None:
        pairs = [column.split(maxsplit=1) for column in columns]
        self._columns = [column for column, _ in pairs]
        self._types = [kind for _, kind in pairs]
        self._descending = descending
        self._name = hashlib.sha256(f"{pairs}{descending}".encode()).hexdigest()[:8]

    def tail(self, asked: Asked, first: int) -> str:
        """Return the end of a SELECT whose WHERE clause comes last; `first` numbers its first parameter.

        Raises CursorInvalid for a place of another order.
        """
        direction = " DESC" if self._descending else ""
        order = ", ".join(f"{column}{direction}" for column in self._columns)
        if asked.after is None:
            return f" ORDER BY {order} LIMIT ${first}"
        if asked.after[0] != self._name:
            raise CursorInvalid
        values = ", ".join(f"${first + n}::text::{kind}" for n, kind in enumerate(self._types))
        sign = "<" if self._descending else ">"
        limit = first + len(self._columns)
        return f" AND ({', '.join(self._columns)}) {sign} ({values}) ORDER BY {order} LIMIT ${limit}"

    def page(
        self, asked: Asked, rows: Sequence[asyncpg.Record], item: Callable[[asyncpg.Record], T]
    ) -> Page[T]:
        """Cut what the statement returned, one row more than asked, to a page."""
        kept = rows[: asked.limit]
        last = self._place(kept[-1]) if len(rows) > asked.limit else None
        return Page([item(row) for row in kept], last)

    def _place(self, row: asyncpg.Record) -> Place:
        return (self._name, *(_text(row[column.rpartition(".")[2]]) for column in self._columns))


class Cursors:
    """What seals places into cursors and opens them again, each for one list only."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def in_directory(cls, secrets_dir: Path) -> Self:
        """Use the key that all processes of the service share, drawn by the first of them."""
        return cls(secret_in(secrets_dir / "cursor-key", lambda: secrets.token_bytes(32)))

    def seal(self, scope: str, place: Place) -> str:
        """Return the cursor of a place; `scope` names the list: its address and its filters."""
        content = json.dumps(place, ensure_ascii=False).encode()
        return base64.urlsafe_b64encode(self._mac(scope, content) + content).decode().rstrip("=")

    def open(self, scope: str, cursor: str) -> Place:
        """Return the place; raises CursorInvalid unless this service sealed it for this very list."""
        try:
            sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise CursorInvalid from error
        mac, content = sealed[:_MAC_BYTES], sealed[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(scope, content)):
            raise CursorInvalid
        return tuple(json.loads(content))

    def _mac(self, scope: str, content: bytes) -> bytes:
        return hmac.digest(self._key, scope.encode() + b"\0" + content, "sha256")[:_MAC_BYTES]


def _text(value: Any) -> str:
    """Write a sort value so that PostgreSQL reads the very same one back."""
    if isinstance(value, date):  # a datetime too
        return value.isoformat()
    if isinstance(value, str | int | UUID):
        return str(value)
    raise TypeError(
        f"rows are ordered by text, numbers, dates and identifiers, not by {type(value).__name__}"
    )
