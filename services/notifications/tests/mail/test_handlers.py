"""Mails as they leave: to a real SMTP conversation, once in effect, under one Message-ID."""

from pathlib import Path
from uuid import UUID

import pytest
from notifications_builders import MailRelay, Voice, a_fact, told

from chassis.db import Database
from chassis.effects import LADDER, Effects
from chassis.ids import new_id
from chassis.outbox import Connection
from chassis.settings import Settings
from chassis.testing import ServiceDatabase
from contracts.booking import BookingConfirmed
from contracts.membership import TerritoryOpened
from notifications.mail.handlers import channels
from notifications.messages.consumer import messages
from notifications.territories.consumer import territories


@pytest.fixture
async def post(
    worker_database: Database,
    own_database: ServiceDatabase,
    relay: MailRelay,
    secrets_dir: Path,
    admin: Connection,
) -> Effects:
    """What sends the mails that are owed; those of other tests were sealed under other keys."""
    await admin.execute("DELETE FROM effect")
    settings = Settings.from_environment(
        "notifications",
        {
            "MAILLAGE_DATABASE_URL": own_database.worker_url,
            "MAILLAGE_KAFKA": "127.0.0.1:9",
            "MAILLAGE_PORT": "8104",
            "MAILLAGE_ISSUER": "https://membership.example",
            "MAILLAGE_SMTP_URL": relay.url,
            "MAILLAGE_SECRETS_DIR": str(secrets_dir),
            "MAILLAGE_DATA_DIR": str(secrets_dir),
            "MAILLAGE_PUBLIC_URL": "https://hub.example",
        },
    )
    return Effects(worker_database, channels(settings))


async def book(voice: Voice, territory: str, person_id: UUID) -> None:
    fact = a_fact(BookingConfirmed, booking_id=new_id(), person_id=person_id, resource_name="L'Atelier")
    await voice.tell(messages, territory, fact)


async def state(admin: Connection, territory: str) -> tuple[str, str | None, int]:
    row = await admin.fetchrow(
        "SELECT state, reason, attempts FROM messages WHERE territory_id = $1 AND channel = 'mail'", territory
    )
    assert row is not None
    return row["state"], row["reason"], row["attempts"]


async def try_again(post: Effects, admin: Connection, territory: str) -> None:
    await admin.execute("UPDATE effect SET next_at = '-infinity' WHERE territory_id = $1", territory)
    await post.work()


async def test_a_mail_leaves_in_both_forms_with_the_territorys_name_on_it(
    voice: Voice, admin: Connection, territory: str, post: Effects, relay: MailRelay
) -> None:
    await voice.tell(
        territories, territory, a_fact(TerritoryOpened, territory_id=territory, name="Pays d'Août")
    )
    await book(voice, territory, await voice.person(given="Zoé", mail="zoe.l'etoile@example.org"))
    await post.work()
    [(recipient, mail)] = relay.mails
    assert recipient == "zoe.l'etoile@example.org"
    assert mail["Subject"] == "Réservation confirmée\u00a0: L'Atelier"
    assert mail["From"] == "Pays d'Août <no-reply@hub.example>"
    assert mail["To"].addresses[0].display_name == "Zoé L'Étoile"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "fr"
    plain, html = (mail.get_body((form,)) for form in ("plain", "html"))
    assert plain is not None
    assert html is not None
    assert plain.get_content().startswith("Bonjour Zoé,")
    assert "<p>Bonjour Zoé,</p>" in html.get_content()
    assert await state(admin, territory) == ("sent", None, 1)
    sent = [each for each in await told(admin, territory, "MessageSent") if each["channel"] == "mail"]
    assert [each["mail_message_id"] for each in sent] == [mail["Message-ID"]]
    assert "\n" not in mail.as_string().partition("Message-ID: <")[2].partition(">")[0]
    assert mail["Message-ID"] == f"<{territory}.{sent[0]['message_id']}@mail.maillage>"


async def test_a_repeat_keeps_the_message_id_and_tells_nothing_twice(
    voice: Voice, admin: Connection, territory: str, post: Effects, relay: MailRelay
) -> None:
    await book(voice, territory, await voice.person())
    relay.refusal = b"451 come back later\r\n"
    await post.work()
    assert relay.mails == []
    assert await state(admin, territory) == ("queued", None, 0)
    relay.refusal = None
    await try_again(post, admin, territory)
    # a process that dies between the relay's yes and its own note sends once more
    await admin.execute("UPDATE effect SET state = 'pending' WHERE territory_id = $1", territory)
    await admin.execute("UPDATE messages SET state = 'queued' WHERE territory_id = $1", territory)
    await try_again(post, admin, territory)
    assert len(relay.mails) == 2
    assert len({mail["Message-ID"] for _, mail in relay.mails}) == 1
    await admin.execute("UPDATE effect SET state = 'pending' WHERE territory_id = $1", territory)
    await try_again(post, admin, territory)
    assert len(relay.mails) == 2
    assert (await state(admin, territory))[0] == "sent"


async def test_an_address_that_the_relay_refuses_is_given_up_at_once(
    voice: Voice, admin: Connection, territory: str, post: Effects, relay: MailRelay
) -> None:
    await book(voice, territory, await voice.person(mail="gone@example.org"))
    relay.refusal = b"550 no such mailbox gone@example.org\r\n"
    await post.work()
    assert await state(admin, territory) == ("failed", "address_refused", 1)
    [failed] = await told(admin, territory, "MessageFailed")
    assert (failed["reason"], failed["attempts"]) == ("address_refused", 1)
    errors = await admin.fetch("SELECT error FROM effect WHERE territory_id = $1", territory)
    assert not [row for row in errors if "gone@" in row["error"]]


@pytest.mark.parametrize("mail", ["no address", "a@b\r\nBcc: c@example.org", "@"])
async def test_what_is_no_address_is_given_up_and_reaches_no_relay(
    voice: Voice, admin: Connection, territory: str, post: Effects, relay: MailRelay, mail: str
) -> None:
    await book(voice, territory, await voice.person(mail=mail))
    await post.work()
    assert await state(admin, territory) == ("failed", "address_refused", 1)
    assert relay.mails == []


async def test_a_person_erased_while_the_mail_waits_is_not_written_to(
    voice: Voice, admin: Connection, territory: str, post: Effects, relay: MailRelay
) -> None:
    person_id = await voice.person()
    await book(voice, territory, person_id)
    await voice.erase(person_id)
    await post.work()
    assert relay.mails == []
    assert await state(admin, territory) == ("failed", "person_erased", 1)


async def test_a_relay_that_stays_away_uses_up_the_attempts(
    voice: Voice, admin: Connection, territory: str, post: Effects, relay: MailRelay
) -> None:
    await book(voice, territory, await voice.person())
    relay.refusal = b"451 come back later\r\n"
    for _ in LADDER:
        await try_again(post, admin, territory)
        assert (await state(admin, territory))[0] == "queued"
    await try_again(post, admin, territory)
    assert await state(admin, territory) == ("failed", "attempts_used_up", len(LADDER) + 1)


async def test_fifty_mails_leave_each_to_its_own_person(
    voice: Voice, territory: str, other_territory: str, post: Effects, relay: MailRelay
) -> None:
    expected = {}
    for number in range(50):
        given, mail = f"Prénom {number}", f"p{number}@example.org"
        siren = other_territory if number % 2 else territory
        await book(voice, siren, await voice.person(given=given, mail=mail))
        expected[mail] = given
    while await post.work():
        pass
    found = {to: mail["To"].addresses[0].display_name.removesuffix(" L'Étoile") for to, mail in relay.mails}
    assert found == expected
    assert len(relay.mails) == 50
