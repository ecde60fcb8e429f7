"""Decides how a request becomes one transaction: admitted, answered once, undone whole when refused."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, TypeVar
from uuid import UUID

import asyncpg
import structlog
from pydantic import BaseModel

from chassis import audit, metrics
from chassis.db import Database, ScopeError, Tx
from chassis.decisions import ROLES, STAFF, Decision, Policy, Principal, Target, decide
from chassis.errors import Forbidden, NotFound, Refused, Unauthenticated
from chassis.idempotency import Attempt, IdReused, KeyReused, Stored, claim, settle
from chassis.outbox import Cause

T = TypeVar("T")
Lookup = Callable[[Tx, Any], Awaitable[Target | None]]
Work = Callable[[Tx], Awaitable[T]]

RERUNS: Final = 4
_WAIT_FOR_CONNECTION: Final = 5  # seconds
_NEVER_STORED: Final = frozenset({401, 403, 503})
_UNREACHABLE: Final = ("08", "53", "57")  # SQLSTATE classes: connection, resources, operator intervention

log = structlog.get_logger(__name__)


class Busy(Refused):
    """The service cannot answer just now; the request was carried out whole, or not at all."""

    status = 503
    fr = "Le service ne peut répondre pour l'instant ; la demande est traitée entièrement, ou pas du tout."
    cure = (
        "Send the same request again, with the same key, in {retry_after} seconds.",
        "Renvoyez la même demande, avec la même clé, dans {retry_after} secondes.",
    )


class Open(Enum):
    """An act that no role is needed for."""

    ANYONE = "anyone"
    SIGNED_IN = "signed-in"


@dataclass(frozen=True, slots=True)
class Act:
    """What is to be done, to what: `Act("thing:remove", "thing", thing_id, store.target)`.

    `target` says where the object is and whose, or finds it out in the request's own transaction; None stands
    for the territory as a whole.
    """

    action: str
    what: str
    object_id: UUID | str
    target: Target | Lookup | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request, about which territory, and what its events will name as their cause."""

    territory_id: str
    cause: Cause
    principal: Principal | None = None

    @property
    def signed_in(self) -> Principal:
        """The caller's identity; raises Unauthenticated where the request carries no token."""
        if self.principal is None:
            raise Unauthenticated
        return self.principal


@dataclass(frozen=True, slots=True)
class Answered:
    """What a command answers, and whether it had been answered before."""

    stored: Stored
    repeated: bool = False


class _Denied(Exception):
    def __init__(self, decision: Decision | None, refusal: Refused) -> None:
        super().__init__()
        self.decision = decision
        self.refusal = refusal


class Desk:
    """Where the requests of one service are decided upon and run, each in one transaction."""

    def __init__(self, database: Database, policy: Policy) -> None:
        self._database = database
        self._policy = policy

    async def read(self, caller: Caller, act: Act | Open, work: Work[T]) -> T:
        """Return what `work` finds, if the caller may see it. Raises Refused."""

        async def once() -> T:
            async with self._tx(caller) as tx:
                await self._check(tx, caller, act)
                return await work(tx)

        return await self._admitted(caller, act, once)

    async def command(
        self,
        caller: Caller,
        attempt: Attempt,
        act: Act | Open,
        work: Work[BaseModel | None],
        refused: "Rendering",
    ) -> Answered:
        """Do the work once for all repetitions of the attempt, and return its answer.

        A refusal undoes the work and is kept as the answer in its place, as `refused` writes it; those of
        401, 403 and 503 are raised instead, and never kept.
        """
        try:
            return await self._admitted(caller, act, lambda: self._once(caller, attempt, act, work))
        except (KeyReused, IdReused):
            raise
        except Refused as refusal:
            if refusal.status in _NEVER_STORED or isinstance(refusal.__cause__, _Denied):
                raise
            async with self._tx(caller) as tx:
                return Answered(await settle(tx, attempt, refusal.status, refused(refusal)), repeated=True)

    async def _once(
        self, caller: Caller, attempt: Attempt, act: Act | Open, work: Work[BaseModel | None]
    ) -> Answered:
        async with self._tx(caller) as tx:
            if stored := await claim(tx, attempt):
                return Answered(stored, repeated=True)
            role = await self._check(tx, caller, act)
            if isinstance(act, Act) and role in STAFF:
                await audit.record(tx, act.action, f"{act.what}/{act.object_id}", "allowed", role)
            result = await work(tx)
            status = 201 if attempt.created_id is not None else 200 if result is not None else 204
            tx.answer = attempt.answer(
                status, result.model_dump_json().encode() if result is not None else b""
            )
        return Answered(Stored.of(tx.answer, max(tx.versions.values(), default=None)))

    async def _admitted(self, caller: Caller, act: Act | Open, once: Callable[[], Awaitable[T]]) -> T:
        """Run what the caller may do; a denial is noted where the caller holds a role, else only logged."""
        try:
            self._admit(caller, act)
            return await _run_again(once)
        except _Denied as denied:
            await self._note(caller, act, denied.decision)
            raise denied.refusal from denied
        except Forbidden as unnamed:  # of a rule that a handler looks at
            raise self._forbidden(str(unnamed.values["action"])) from unnamed

    def _admit(self, caller: Caller, act: Act | Open) -> None:
        """Turn away, before anything is looked up, whoever may not act on any object of the territory."""
        if act is Open.ANYONE:
            return
        principal = caller.signed_in
        if isinstance(act, Act):
            decision = decide(self._policy, principal, act.action, Target(caller.territory_id))
            if decision.holds_for_every_target:
                raise _Denied(decision, self._forbidden(act.action))

    async def _check(self, tx: Tx, caller: Caller, act: Act | Open) -> str | None:
        """Return the role that allows the act on its very object, None for an open act."""
        if isinstance(act, Open):
            return None
        target = act.target or Target(caller.territory_id)
        if not isinstance(target, Target):
            found = await target(tx, act.object_id)
            if found is None:
                raise _Denied(None, _not_found(act))
            target = found
        if target.territory_id != caller.territory_id:
            raise ScopeError(f"{act.action} in {caller.territory_id} is about {target.territory_id}")
        decision = decide(self._policy, caller.signed_in, act.action, target)
        if decision.allowed:
            return decision.role
        refusal = _not_found(act) if decision.reason == "not-own" else self._forbidden(act.action)
        raise _Denied(decision, refusal)

    def _forbidden(self, action: str) -> Forbidden:
        """Say who may do it: the roles that the policy names."""
        roles = [role.replace("-", " ") for role in ROLES if action in self._policy.get(role, {})]
        return Forbidden(action, ", ".join(roles) or "other roles")

    async def _note(self, caller: Caller, act: Act | Open, decision: Decision | None) -> None:
        if decision is None or isinstance(act, Open):
            return
        log.info("denied", action=act.action, territory=caller.territory_id, reason=decision.reason)
        if caller.signed_in.acts_in(caller.territory_id):
            async with self._tx(caller) as tx:
                subject = f"{act.what}/{act.object_id}"
                await audit.record(tx, act.action, subject, "denied", decision.reason)

    @asynccontextmanager
    async def _tx(self, caller: Caller) -> AsyncIterator[Tx]:
        """Open the transaction of a request; raises Busy where the database cannot be reached or is full."""
        begun = False
        try:
            async with AsyncExitStack() as stack:
                async with asyncio.timeout(_WAIT_FOR_CONNECTION):
                    opening = self._database.tx(caller.territory_id, cause=caller.cause)
                    tx = await stack.enter_async_context(opening)
                begun = True
                yield tx
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
            if _is_unreachable(error) or not begun:
                log.warning("database unreachable or full", error=type(error).__name__)
                raise Busy(retry_after=2) from error
            raise


Rendering = Callable[[Refused], bytes]


async def _run_again(once: Callable[[], Awaitable[T]]) -> T:
    """Run a transaction, and again from the start when the database gave it up for another's sake."""
    for run in range(RERUNS):
        try:
            return await once()
        except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError):
            metrics.DEADLOCK_RETRIES.inc()
            await asyncio.sleep(random.uniform(0, 0.02 * 2**run))  # noqa: S311 - spreads retries, no secret
    raise Busy(retry_after=2)


def _is_unreachable(error: Exception) -> bool:
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "")[:2] in _UNREACHABLE
    if isinstance(error, asyncpg.InterfaceError):
        return (
            type(error) is asyncpg.InterfaceError
        )  # a closed connection or pool; subclasses are faults of ours
    # asyncpg is confused like that by a server that ends a connection between two statements
    return isinstance(error, ConnectionError | TimeoutError | asyncpg.InternalClientError)


def _not_found(act: Act) -> NotFound:
    return NotFound(what=act.what, id=str(act.object_id))
