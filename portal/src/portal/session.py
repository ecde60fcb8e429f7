"""Owns who visits: the sealed cookie that holds their tokens, one refresh at a time, and their roles."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from chassis.clock import utc_now
from chassis.ids import new_id
from portal.upstream import Clients, Json, Refused, Unreachable, Upstream

PLATFORM: Final = "000000000"
_SEATS: Final = 10_000
_MARGIN: Final = 30.0  # seconds before its end that an access token is exchanged
_PROFILE_LIFE: Final = 30.0  # seconds that roles and names are taken from memory

_STAFF: Final = {"territory-administrator", "hub-manager", "operator-staff", "finance"}
_RUNS: Final = {"territory-administrator", "hub-manager"}
_DESK: Final = {"territory-administrator", "hub-manager", "operator-staff"}
_TRAINS: Final = _DESK | {"trainer"}
_MONEY: Final = {"territory-administrator", "finance"}


class SignInNeeded(Exception):
    """The page is for those who are signed in."""


@dataclass(frozen=True, slots=True)
class Role:
    """One role; `site` narrows it."""

    role: str
    site: str | None = None


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks at the page, in the territory now chosen; a guest has no person."""

    person_id: str = ""
    name: str = ""
    mail: str = ""
    territory: str = ""
    territory_name: str = ""
    roles: tuple[Role, ...] = ()
    language: str = "fr"
    theme: str = ""
    territories: tuple[tuple[str, str], ...] = ()
    """Every territory where they are known, with its name."""
    is_platform_operator: bool = False

    @property
    def is_signed_in(self) -> bool:
        return bool(self.person_id)

    @property
    def is_staff(self) -> bool:
        """Whether they see names, plannings and messages of others."""
        return self._has(_STAFF)

    @property
    def is_desk(self) -> bool:
        """Whether they receive people: check-in, bookings for others."""
        return self._has(_DESK)

    @property
    def trains(self) -> bool:
        """Whether they may see who is qualified; to decide upon it they are appointed for a class."""
        return self._has(_TRAINS)

    @property
    def runs_the_place(self) -> bool:
        """Whether they see what became of the territory's messages."""
        return self._has(_RUNS)

    @property
    def is_administrator(self) -> bool:
        return self._has({"territory-administrator"})

    @property
    def is_finance(self) -> bool:
        return self._has(_MONEY)

    @property
    def is_partner(self) -> bool:
        return self._has({"partner"})

    @property
    def is_member(self) -> bool:
        return self._has({"member"})

    @property
    def follows_events(self) -> bool:
        """Whether the live feed is open to them."""
        return self._has(_RUNS | {"partner"})

    def _has(self, roles: set[str]) -> bool:
        return any(each.role in roles for each in self.roles)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a sign-in or a refresh gave; `until` is when the access token ends, in seconds of the epoch."""

    access: str
    refresh: str
    until: float

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> "Tokens":
        until = utc_now().timestamp() + float(answer["expires_in"])
        return cls(str(answer["access_token"]), str(answer["refresh_token"]), until)

    @classmethod
    def kept(cls, session: Mapping[str, Any]) -> "Tokens | None":
        """Read them from a session; None for a guest."""
        try:
            return cls(str(session["access"]), str(session["refresh"]), float(session["until"]))
        except (KeyError, TypeError, ValueError):
            return None


@dataclass(slots=True)
class Seat:
    """What this process remembers of one sign-in: two tabs share it, whatever their cookies say."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    tokens: Tokens | None = None
    profile: Json = field(default_factory=dict)
    profile_until: float = 0
    over: bool = False


class Seats:
    """The seats of this process, the longest unused given up first; every one can be found again."""

    def __init__(self) -> None:
        self._seats: OrderedDict[str, Seat] = OrderedDict()

    def of(self, session: Mapping[str, Any]) -> Seat:
        """Find the seat of a session; the newest of cookie and memory are its tokens."""
        name = str(session.get("seat", ""))
        seat = self._seats.pop(name, None) or Seat()
        kept = Tokens.kept(session)
        if kept and (seat.tokens is None or kept.until > seat.tokens.until):
            seat.tokens = kept
        if name:
            self._seats[name] = seat
        if len(self._seats) > _SEATS:
            self._seats.popitem(last=False)
        return seat


class Signed:
    """The sign-in of one request: keeps its token good, knows its person."""

    def __init__(self, clients: Clients, seats: Seats, session: dict[str, Any], address: str) -> None:
        self.session = session
        self.seat = seats.of(session)
        self._seats = seats
        self._open = Upstream(clients, self._nobody, "", address)

    def begin(self, answer: Mapping[str, Any], desk: str = "") -> None:
        """Start a session of its own with the tokens of a sign-in; `desk` is a shared desk's territory."""
        self.session.clear()
        self.session["seat"] = str(new_id())
        if desk:
            self.session.update(desk=desk, territory=desk)
        self._keep(Tokens.of(answer))
        others = {each["person_id"]: each["territories"] for each in answer.get("persons", [])}
        self.session["persons"] = others if len(others) > 1 else {}
        self.seat = self._seats.of(self.session)

    async def end(self) -> None:
        """Sign out; a service that is away does not keep anybody signed in here."""
        tokens, desk = self.seat.tokens, self._desk
        self._forget()
        if tokens:
            path = f"{desk}/end" if desk else "/v1/sign-outs"
            await self._open.post("membership", path, {"refresh_token": tokens.refresh})

    async def become(self, person_id: str) -> None:
        """Go on as another record of the same mail address. Raises Refused, Unreachable, SignInNeeded."""
        async with self.seat.lock:
            if self.seat.tokens is None:
                raise SignInNeeded
            tokens = await self._refreshed(self.seat.tokens, person_id)
            self.seat.profile_until = 0
            self._keep(tokens)

    async def bearer(self) -> str:
        """Return a good access token, refreshed once for all who ask at the same time.

        Raises SignInNeeded for a sign-in that is over; a guest has an empty token.
        """
        if self.seat.over:
            raise SignInNeeded
        if self.seat.tokens is None:
            return ""
        async with self.seat.lock:
            tokens = self.seat.tokens
            if tokens.until - _MARGIN < utc_now().timestamp():
                tokens = await self._refreshed(tokens)
            if tokens.refresh != self.session.get("refresh"):
                self._keep(tokens)
            return tokens.access

    async def profile(self, upstream: Upstream) -> Json:
        """Tell who is signed in and as what; what was last heard while membership is away."""
        seat = self.seat
        if seat.tokens is None or seat.over:
            raise SignInNeeded
        if seat.profile_until < utc_now().timestamp():
            try:
                seat.profile = await upstream.get("membership", "/v1/me")
                seat.profile_until = utc_now().timestamp() + _PROFILE_LIFE
            except Unreachable:
                if not seat.profile:
                    raise
            except Refused as refusal:
                if refusal.status != 401:  # noqa: PLR2004 - unauthorised
                    raise
                self._forget()
                raise SignInNeeded from refusal
        return seat.profile

    async def _refreshed(self, tokens: Tokens, person_id: str = "") -> Tokens:
        body = {"refresh_token": tokens.refresh} | ({"person_id": person_id} if person_id else {})
        try:
            answer = await self._open.post("membership", f"{self._desk or '/v1/sign-ins'}/refresh", body)
        except Refused as refusal:
            if refusal.status != 401:  # noqa: PLR2004 - unauthorised
                raise
            self._forget()
            raise SignInNeeded from refusal
        self.seat.tokens = Tokens.of(answer)
        return self.seat.tokens

    @property
    def _desk(self) -> str:
        """Where the turns of a shared desk are, empty for a sign-in by mail."""
        desk = self.session.get("desk", "")
        return f"/v1/territories/{desk}/desk-sign-ins" if desk else ""

    def _keep(self, tokens: Tokens) -> None:
        self.session.update(access=tokens.access, refresh=tokens.refresh, until=tokens.until)

    def _forget(self) -> None:
        self.seat.over = True
        self.session.clear()

    @staticmethod
    async def _nobody() -> str:
        return ""


def visitor_of(profile: Json, session: Mapping[str, Any], language: str, theme: str) -> Visitor:
    """Make the visitor of a profile; without a choice, in the first territory that knows them."""
    chosen = str(session.get("territory", ""))
    names = {str(each["territory_id"]): each.get("name") for each in profile.get("territories", [])}
    roles = profile.get("roles", [])
    for role in roles:
        if role["territory"] != PLATFORM:
            names.setdefault(str(role["territory"]), None)
    territory = chosen if chosen in names else next(iter(names), "")
    elsewhere = [siren for known in session.get("persons", {}).values() for siren in known]
    territories = tuple((siren, names.get(siren) or siren) for siren in dict.fromkeys([*names, *elsewhere]))
    here = [Role(str(each["role"]), each.get("site")) for each in roles if each["territory"] == territory]
    name = " ".join(filter(None, (profile.get("given_name"), profile.get("family_name"))))
    return Visitor(
        person_id=str(profile["person_id"]),
        name=name or profile.get("mail") or "",
        mail=profile.get("mail") or "",
        territory=territory,
        territory_name=names.get(territory) or territory,
        roles=tuple(here),
        language=language,
        theme=theme,
        territories=territories,
        is_platform_operator=any(each["role"] == "platform-operator" for each in roles),
    )
