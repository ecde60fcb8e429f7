"""Rules of privacy: a seal opens for one person, field and key, and for nobody once the key is destroyed."""

import stat
from pathlib import Path
from typing import Annotated
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import BaseModel

from chassis import privacy
from chassis.db import PLATFORM, Database
from chassis.ids import new_id
from chassis.privacy import SealError, new_key, seal, unseal, unwrap, wrap
from contracts.envelope import Fact, Topic
from contracts.marks import Sealed, unsealed_fields

KEY, KEK = new_key(), new_key()
PERSON = UUID("0195a1b0-5c00-7000-8000-000000000001")
fields = st.sampled_from(["given_name", "family_name", "email"])
keys = st.binary(min_size=32, max_size=32)


class Contact(BaseModel):
    email: Annotated[str | None, Sealed("person_id")] = None


class PersonMet(Fact, topic=Topic("probe.meetings.v1", key="person_id"), data_class="personal"):
    person_id: UUID
    place: str
    name: Annotated[str, Sealed("person_id")]
    contact: Contact | None = None
    others: tuple[Contact, ...] = ()


@given(key=keys, person=st.uuids(), field=fields, text=st.text())
def test_what_is_sealed_opens_unchanged_and_does_not_show(
    key: bytes, person: UUID, field: str, text: str
) -> None:
    sealed = seal(key, person, field, text)
    assert sealed.startswith("sealed.v1.")
    assert unseal(key, person, field, sealed) == text


@pytest.mark.parametrize("text", ["", "Zoé d'Arc", "👩🏽‍💻 L'Haÿ-les-Roses", "a" * 10_000])
def test_texts_people_really_have_come_back(text: str) -> None:
    assert unseal(KEY, PERSON, "name", seal(KEY, PERSON, "name", text)) == text


def test_the_same_text_sealed_twice_does_not_look_the_same() -> None:
    assert seal(KEY, PERSON, "name", "Zoé") != seal(KEY, PERSON, "name", "Zoé")


@given(person=st.uuids(), field=st.text(), key=keys)
def test_another_person_field_or_key_does_not_open_it(person: UUID, field: str, key: bytes) -> None:
    assume(person != PERSON and field != "name" and key != KEY)
    sealed = seal(KEY, PERSON, "name", "Zoé d'Arc")
    for wrong in ((key, PERSON, "name"), (KEY, person, "name"), (KEY, PERSON, field)):
        with pytest.raises(SealError, match="does not open"):
            unseal(*wrong, sealed)


@given(position=st.integers(min_value=0), flip=st.integers(min_value=1, max_value=63))
def test_one_character_changed_does_not_open(position: int, flip: int) -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    sealed = list(seal(KEY, PERSON, "name", "Zoé d'Arc1"))  # 39 bytes: no character of padding bits
    place = 10 + position % (len(sealed) - 10)
    sealed[place] = alphabet[alphabet.index(sealed[place]) ^ flip]
    with pytest.raises(SealError):
        unseal(KEY, PERSON, "name", "".join(sealed))


@pytest.mark.parametrize(
    "text", ["Zoé d'Arc", "", "sealed.v1.", "sealed.v1.é", "sealed.v1.AAAA", "sealed.v2.AAAA"]
)
def test_what_was_never_sealed_is_refused(text: str) -> None:
    with pytest.raises(SealError):
        unseal(KEY, PERSON, "name", text)


@given(key=keys, kek=keys, other=keys)
def test_a_wrapped_key_opens_with_its_own_wrapping_key_alone(key: bytes, kek: bytes, other: bytes) -> None:
    assume(kek != other)
    wrapped = wrap(kek, key)
    assert key not in wrapped
    assert unwrap(kek, wrapped) == key
    for attempt in ((other, wrapped), (kek, wrapped[:-1]), (kek, b""), (kek, bytes(len(wrapped)))):
        with pytest.raises(SealError):
            unwrap(*attempt)


def test_the_wrapping_key_is_drawn_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    with pytest.raises(SealError, match="there is no file"):
        privacy.load_kek(tmp_path / "secrets")
    kek = privacy.load_or_create_kek(tmp_path / "secrets")
    assert len(kek) == 32
    assert privacy.load_or_create_kek(tmp_path / "secrets") == privacy.load_kek(tmp_path / "secrets") == kek
    assert stat.S_IMODE((tmp_path / "secrets" / "kek").stat().st_mode) == 0o600


def test_a_wrapping_key_cut_short_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kek").write_bytes(b"short")
    with pytest.raises(SealError, match="holds 5 bytes: a key has 32"):
        privacy.load_or_create_kek(tmp_path)


def test_an_event_names_its_personal_fields_that_are_not_sealed() -> None:
    sealed = seal(KEY, PERSON, "name", "Zoé")
    clear, closed = (
        Contact(email="zoe@example.org"),
        Contact(email=seal(KEY, PERSON, "email", "zoe@example.org")),
    )
    assert unsealed_fields(PersonMet(person_id=PERSON, place="Albi", name=sealed)) == []
    assert unsealed_fields(PersonMet(person_id=PERSON, place="Albi", name="Zoé")) == ["name"]
    assert unsealed_fields(PersonMet(person_id=PERSON, place="Albi", name=sealed, contact=closed)) == []
    assert unsealed_fields(PersonMet(person_id=PERSON, place="Albi", name=sealed, contact=Contact())) == []
    assert unsealed_fields(PersonMet(person_id=PERSON, place="Albi", name=sealed, contact=clear)) == [
        "contact.email"
    ]
    assert unsealed_fields(PersonMet(person_id=PERSON, place="Albi", name="", others=(closed, clear))) == [
        "name",
        "others.email",
    ]


async def test_a_destroyed_key_gives_nothing_and_never_comes_back(database: Database) -> None:
    kept, erased, unknown = new_id(), new_id(), new_id()
    sealings = [
        (each, "name", seal(KEY, each, "name", f"{each} d'Arc")) for each in (kept, erased, unknown, kept)
    ]
    async with database.tx(PLATFORM) as tx:
        await privacy.keep_key(tx, kept, wrap(KEK, KEY))
        await privacy.keep_key(tx, erased, wrap(KEK, KEY))
        assert await privacy.unseal_many(tx, KEK, sealings[:2]) == [f"{kept} d'Arc", f"{erased} d'Arc"]
        await privacy.destroy_key(tx, erased)
    async with database.tx(PLATFORM) as tx:
        await privacy.keep_key(tx, erased, wrap(KEK, KEY))
        await privacy.destroy_key(tx, erased)
        assert set(await privacy.keys_of(tx, [kept, erased, unknown])) == {kept}
        assert await privacy.unseal_many(tx, KEK, sealings) == [f"{kept} d'Arc", None, None, f"{kept} d'Arc"]
        assert await privacy.unseal_many(tx, KEK, []) == []


async def test_a_person_erased_before_the_key_arrived_stays_erased(database: Database) -> None:
    person = new_id()
    async with database.tx(PLATFORM) as tx:
        await privacy.destroy_key(tx, person)
        await privacy.keep_key(tx, person, wrap(KEK, KEY))
        assert await privacy.keys_of(tx, [person]) == {}


async def test_a_territory_of_its_own_sees_no_keys(database: Database, territory: str) -> None:
    person = new_id()
    async with database.tx(PLATFORM) as tx:
        await privacy.keep_key(tx, person, wrap(KEK, KEY))
    async with database.tx(territory) as tx:
        assert await privacy.keys_of(tx, [person]) == {}
