"""Signs people in by a mailed link or code, keeps them signed in, and tells them who they are.

None of these acts is a command with a kept answer: what they answer is a secret, or the same for everybody.
"""

import hmac
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, RootModel, StringConstraints, model_validator

from chassis.clock import utc_now
from chassis.db import Tx
from chassis.decisions import Grant, Principal
from chassis.effects import Channel, Effect, EffectRefusedError, owe
from chassis.ids import new_id
from chassis.settings import Settings, SettingsError
from chassis.tokens import LIFETIME
from membership.accounts import model, store
from membership.accounts.model import Me, PersonHere, Session, SignedIn, TerritoryHere, TooManyRequests
from membership.accounts.ports import Keys, Post, SignInKey
from membership.persons import handlers as persons_handlers
from membership.persons import store as persons
from membership.persons.handlers import Mail
from membership.persons.model import Language
from membership.persons.store import SealedPerson
from membership.reference import store as reference
from membership.vault import Vault

MAIL: Final = "sign-in-mail"
_MINUTES: Final = model.LINK_LIFE // timedelta(minutes=1)
_KEPT: Final = timedelta(days=2)

Token = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class AskForLink(BaseModel):
    """Ask for a mail to sign in by."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mail: Mail
    language: Language = "fr"


class LinkAsked(BaseModel):
    """What everybody is told who asks: if somebody has that address, a mail is on its way."""

    model_config = ConfigDict(frozen=True)

    expires_in: int = model.LINK_LIFE // timedelta(seconds=1)


class SignIn(BaseModel):
    """Sign in: by the token of the mailed link, or by mail address and code."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: Token | None = None
    mail: Mail | None = None
    code: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{6}$")] | None = None
    person_id: UUID | None = None

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Self:
        by_code = self.mail is not None and self.code is not None
        if (self.token is not None) == by_code or (self.mail is None) != (self.code is None):
            raise ValueError("give either token, or mail and code")
        return self


class Refresh(BaseModel):
    """Ask for a new access token; `person_id` chooses among the records of one's mail address."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    refresh_token: Token
    person_id: UUID | None = None


class SignOut(BaseModel):
    """End a sign-in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    refresh_token: Token


class Outcome(RootModel[SignedIn | None]):
    """Tokens, or nothing: a refusal that is written down, where raising it would undo what it noted."""


async def ask_for_link(tx: Tx, asked: AskForLink, address: str, keys: Keys) -> LinkAsked:
    """Owe a mail to whoever has the address, and as much work where nobody has. Raises TooManyRequests."""
    now = await tx.now()
    await store.purge(tx, now - _KEPT)
    if not await store.count(tx, model.ASKED_BY_ADDRESS, keys.sign_in.address(address), now):
        raise TooManyRequests(retry_after=model.ASKED_BY_ADDRESS.wait(now))
    mail_hash = persons_handlers.mail_hash(keys.vault, asked.mail)
    counts = [
        await store.count(tx, limit, mail_hash, now) for limit in (model.MAILS_AT_ONCE, model.MAILS_A_DAY)
    ]
    found = await persons.with_mail(tx, mail_hash)
    if all(counts):
        link_id = new_id()
        expires_at = now + model.LINK_LIFE
        await store.insert_link(tx, link_id, mail_hash, expires_at)
        # The address as it was registered: what was typed may compare equal and yet lead elsewhere.
        recipient = await _mail_of(tx, found, keys.vault)
        sealed = keys.sign_in.sealed(link_id, recipient) if recipient else None
        letter = {"mail": sealed, "language": asked.language, "expires_at": expires_at.timestamp()}
        await owe(tx, MAIL, link_id, letter)
    return LinkAsked()


async def sign_in(tx: Tx, wanted: SignIn, address: str, keys: Keys) -> Outcome:
    """Spend a link and open a session. Raises TooManyRequests, PersonOfAnotherMail."""
    now = await tx.now()
    source = keys.sign_in.address(address)
    if await store.is_exhausted(tx, model.WRONG_BY_ADDRESS, source, now):
        raise TooManyRequests(retry_after=model.WRONG_BY_ADDRESS.wait(now))
    link_id = await _link(tx, wanted, keys)
    mail_hash = await store.spend_link(tx, link_id, now) if link_id else None
    found = await persons.with_mail(tx, mail_hash) if mail_hash else []
    if not (mail_hash and found):
        await store.count(tx, model.WRONG_BY_ADDRESS, source, now)
        return Outcome(None)
    ids = [person.person_id for person in found]
    person_id = model.chosen(ids, wanted.person_id)
    await persons.note_sign_in(tx, ids)
    session = Session(new_id(), person_id, mail_hash, 0, now, model.session_end(now, now))
    await store.insert_session(tx, session)
    return Outcome(await _signed_in(tx, session, ids, keys))


async def refresh(tx: Tx, wanted: Refresh, keys: Keys) -> Outcome:
    """Give new tokens for the last refresh token; an older one ends the session.

    Raises PersonOfAnotherMail.
    """
    now = await tx.now()
    session, rotation = await _session(tx, wanted.refresh_token, keys)
    if session is None or not session.is_open(now):
        return Outcome(None)
    ids = [person.person_id for person in await persons.with_mail(tx, session.mail_hash)]
    if rotation != session.rotation or not ids:
        await store.end_session(tx, session.session_id, now, "token used twice" if ids else "mail changed")
        return Outcome(None)
    rotated = Session(
        session.session_id,
        model.chosen(ids, wanted.person_id or (session.person_id if session.person_id in ids else None)),
        session.mail_hash,
        rotation + 1,
        session.started_at,
        model.session_end(session.started_at, now),
    )
    await store.rotate(tx, rotated)
    return Outcome(await _signed_in(tx, rotated, ids, keys))


async def sign_out(tx: Tx, wanted: SignOut, keys: Keys) -> Outcome:
    """End the session of a refresh token, an older one too; where there is none, nothing is to be done."""
    session, _ = await _session(tx, wanted.refresh_token, keys)
    if session:
        await store.end_session(tx, session.session_id, await tx.now(), "signed out")
    return Outcome(None)


async def me(tx: Tx, person_id: UUID, vault: Vault) -> Me | None:
    """Return who asks, where they are known and what they may act as, as of now."""
    person = await persons.person(tx, person_id)
    if person is None:
        return None
    shown = (await persons_handlers.unsealed(tx, [person], vault))[0]
    names = {siren: await reference.grouping(tx, siren) for siren in await persons.sirens_of(tx, person_id)}
    return Me(
        **shown.model_dump(exclude={"address"}),
        territories=tuple(
            TerritoryHere(territory_id=siren, name=grouping.name if grouping else None)
            for siren, grouping in names.items()
        ),
        roles=tuple(_role(grant) for grant in await _grants(tx, person_id)),
    )


def channels(settings: Settings) -> Mapping[str, Channel]:
    """Return how the mails of signing in leave, for a process with these settings. Raises SettingsError."""
    if settings.smtp_url is None:
        raise SettingsError("MAILLAGE_SMTP_URL is missing: nobody could sign in.")
    key = SignInKey.in_directory(settings.secrets_dir)
    post = Post(settings.smtp_url, settings.public_url)

    async def send(effect: Effect) -> None:
        await send_mail(effect, post, key)

    return {MAIL: Channel(send, _sent, _failed)}


async def send_mail(effect: Effect, post: Post, key: SignInKey) -> None:
    """Send the mail of a link, if somebody has the address. Raises EffectRefusedError."""
    letter: dict[str, Any] = effect.data
    if letter.get("mail") is None:
        return
    if utc_now().timestamp() > letter["expires_at"]:
        raise EffectRefusedError("the link expired before the relay took its mail")
    link_id = UUID(effect.effect_id)
    await post.send(link_id, key.unsealed(link_id, letter["mail"]), letter["language"], key, _MINUTES)


async def _sent(tx: Tx, effect: Effect, _answer: object) -> None:
    await store.forget_mail(tx, effect)


async def _failed(tx: Tx, effect: Effect, _error: str) -> None:
    await store.forget_mail(tx, effect)


async def _link(tx: Tx, wanted: SignIn, keys: Keys) -> UUID | None:
    """Return the link that the token names, or whose code was given; a wrong code is counted."""
    if wanted.token is not None:
        return keys.sign_in.link_of(wanted.token)
    mail_hash = persons_handlers.mail_hash(keys.vault, wanted.mail or "")
    links = await store.lock_codes(tx, mail_hash, await tx.now(), model.WRONG_CODES)
    for link_id in links:
        if hmac.compare_digest(keys.sign_in.code(link_id), wanted.code or ""):
            return link_id
    await store.note_wrong_code(tx, links)
    return None


async def _session(tx: Tx, token: str, keys: Keys) -> tuple[Session | None, int]:
    named = keys.sign_in.session_of(token)
    if named is None:
        return None, 0
    session_id, rotation = named
    return await store.lock_session(tx, session_id), rotation


async def _signed_in(tx: Tx, session: Session, ids: Sequence[UUID], keys: Keys) -> SignedIn:
    grants = await _grants(tx, session.person_id)
    records = [
        PersonHere(person_id=each, territories=tuple(await persons.sirens_of(tx, each))) for each in ids
    ]
    return SignedIn(
        access_token=keys.signer.sign(Principal(session.person_id, tuple(grants))),
        expires_in=LIFETIME // timedelta(seconds=1),
        refresh_token=keys.sign_in.refresh_token(session.session_id, session.rotation),
        refresh_expires_at=session.expires_at,
        person_id=session.person_id,
        persons=tuple(records),
    )


async def _grants(tx: Tx, person_id: UUID) -> list[Grant]:
    """Return what a token says: the roles given, and that of a member wherever the person is known."""
    members = [Grant(siren, "member") for siren in await persons.sirens_of(tx, person_id)]
    return [*await persons.roles_of(tx, person_id), *members]


async def _mail_of(tx: Tx, found: Sequence[SealedPerson], vault: Vault) -> str | None:
    if not found:
        return None
    return (await persons_handlers.unsealed(tx, found[:1], vault))[0].mail


def _role(grant: Grant) -> model.Role:
    return model.Role(
        territory=grant.territory_id, role=grant.role, site=grant.site_id, operator=grant.operator_id
    )
