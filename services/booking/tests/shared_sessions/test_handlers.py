"""What another territory knows of a session held for it too, and what becomes of its people's seats."""

from datetime import date, timedelta

import pytest
from booking_builders import NOW, Hub, a_hub, at, tell
from network_builders import LATER, Network, catalogue, share
from session_builders import registered, seats

from booking.attendance.handlers import people_page
from booking.registrations.handlers import CancelRegistration, cancel_registration
from booking.registrations.model import AlreadyRegistered, SeatsKeptForOthers
from booking.session_changes.handlers import (
    CancelSession,
    DateMoved,
    RescheduleSession,
    cancel_session,
    reschedule_session,
)
from booking.sessions.model import SessionHasBegun, SessionIsCancelled
from booking.shared_sessions.handlers import AskForSeat, ask
from booking.shared_sessions.model import SharedSessionFull
from booking.sharing.model import SessionsNotShared
from chassis.errors import NotFound
from chassis.ids import new_id
from chassis.pages import Asked
from chassis.testing import new_territory
from contracts.booking import (
    AttendeeRegistered,
    RegistrationCancelled,
    SharedSeatEnded,
    SharedSeatGranted,
)


@pytest.fixture
async def network(hub: Hub, other_hub: Hub) -> Network:
    """A host and a home with an agreement to share sessions."""
    return await Network.agreed(hub, other_hub)


async def test_a_session_is_in_the_catalogue_of_whom_seats_are_kept_for_with_their_seats_alone(
    network: Network,
) -> None:
    third = (await a_hub(network.host.database, new_territory())).territory
    await share(network.host.database, network.host.territory, third)
    theirs = seats(5, territory_ids=[third])
    ours = seats(2, territory_ids=[network.home.territory], release_at=at(8).isoformat())
    session = await network.session(quotas=[seats(1), theirs, ours])
    await network.cross()
    [shown] = await catalogue(network.home.database, network.home.territory)
    assert (shown.session_id, shown.host_territory_id) == (session.session_id, network.host.territory)
    assert (shown.title, shown.site_name, shown.place) == (session.title, "L'Atelier d'Aude", "Salle d'Aude")
    assert (shown.seats, shown.release_at) == (2, at(8))
    assert [each.start for each in shown.periods] == [each.period.start for each in session.dates]
    [elsewhere] = await catalogue(network.home.database, third)
    assert elsewhere.seats == 5
    assert await catalogue(network.host.database, network.host.territory) == []


async def test_a_third_territory_sees_nothing_and_has_no_seat(network: Network) -> None:
    session, third = await network.session(), new_territory()
    await network.cross()
    await network.ask(session.session_id)
    assert await catalogue(network.host.database, third) == []
    async with network.host.database.tx(third) as tx:
        for table in ("session_agreements", "shared_sessions", "shared_seats", "registrations"):
            assert await tx.fetchval(f"SELECT count(*) FROM {table}") == 0, table
    with pytest.raises(NotFound):
        async with network.host.database.tx(third) as tx:
            await ask(tx, session.session_id, AskForSeat(shared_seat_id=new_id(), person_id=new_id()))


async def test_another_hosts_session_of_the_same_id_changes_nothing(network: Network) -> None:
    session = await network.session()
    await network.cross()
    intruder = await a_hub(network.host.database, new_territory())
    false = Network(intruder, network.home, network.agreement)
    await share(intruder.database, intruder.territory, network.home.territory)
    await false.session(session_id=str(session.session_id), title={"fr": "Autre chose"})
    await false.cross()
    [shown] = await catalogue(network.home.database, network.home.territory)
    assert (shown.host_territory_id, shown.title) == (network.host.territory, session.title)


async def test_a_seat_is_granted_at_once_free_of_charge_and_the_host_knows_whence(network: Network) -> None:
    session, person = await network.session(), new_id()
    await network.cross()
    seat = await network.ask(session.session_id, person)
    assert (seat.state, seat.session.session_id) == ("granted", session.session_id)
    [told] = await network.host.facts(AttendeeRegistered)
    assert (told["registration_id"], told["home_territory_id"]) == (
        str(seat.shared_seat_id),
        network.home.territory,
    )
    assert told["price_code"] is None
    [granted] = await network.home.facts(SharedSeatGranted)
    assert granted["host_territory_id"] == network.host.territory
    async with network.host.database.tx(network.host.territory) as tx:
        [listed] = (await people_page(tx, Asked(limit=50), session.session_id)).items
    assert (listed.person_id, listed.home_territory_id) == (person, network.home.territory)
    with pytest.raises(AlreadyRegistered):
        await network.ask(session.session_id, person)


async def test_what_is_kept_for_a_territory_is_for_its_people_until_it_is_released(network: Network) -> None:
    release = NOW + timedelta(hours=2)
    session = await network.session(2, kept={"release_at": release.isoformat()})
    await network.cross()
    await network.ask(session.session_id)
    await registered(network.host, session, new_id())
    with pytest.raises(SeatsKeptForOthers):
        await registered(network.host, session, new_id())
    await network.host.set_clock(release + timedelta(seconds=5))
    assert (await registered(network.host, session, new_id())).state == "registered"
    with pytest.raises(SharedSessionFull) as refused:
        await network.ask(session.session_id)
    assert refused.value.values == {"title": "Découpe laser", "seats": 2}


async def test_seats_for_everybody_there_are_not_taken_from_here(network: Network) -> None:
    session = await network.session(1)
    await network.cross()
    await network.ask(session.session_id)
    with pytest.raises(SharedSessionFull):
        await network.ask(session.session_id)
    assert (await registered(network.host, session, new_id())).state == "registered"


async def test_a_seat_given_up_is_the_next_ones_and_ends_once(network: Network) -> None:
    session, person = await network.session(1), new_id()
    await network.cross()
    seat = await network.ask(session.session_id, person)
    assert (await network.give_up(seat)).state == "given_up"
    [told] = await network.host.facts(RegistrationCancelled)
    assert (told["cancelled_by"], told["due_percent"]) == ("member", 0)
    for _ in range(2):
        network.heard.clear()
        await network.cross()
    assert [each["state"] for each in await network.home.facts(SharedSeatEnded)] == ["given_up"]
    assert (await network.ask(session.session_id)).state == "granted"
    with pytest.raises(SharedSessionFull):
        await network.ask(session.session_id, person)


async def test_a_seat_that_the_hosts_staff_cancels_is_told_once(network: Network) -> None:
    session, person = await network.session(), new_id()
    await network.cross()
    seat = await network.ask(session.session_id, person)
    staff = network.host.principal(role="hub-manager")
    async with network.host.database.tx(network.host.territory) as tx:
        await cancel_registration(tx, seat.shared_seat_id, CancelRegistration(), staff)
    await network.cross()
    [told] = await network.host.facts(RegistrationCancelled)
    again = RegistrationCancelled.model_validate(told)
    await tell(network.host.database, network.host.territory, again)
    assert [each.state for each in await network.seats_of(person)] == ["withdrawn"]
    assert len(await network.home.facts(SharedSeatEnded)) == 1


async def test_moved_dates_and_a_session_called_off_are_known_with_the_words_and_the_seats_end(
    network: Network,
) -> None:
    session, person = await network.session(), new_id()
    await network.cross()
    await network.ask(session.session_id, person)
    manager = network.host.principal(role="hub-manager")
    moved = DateMoved(position=0, start=at(12 + 24 * 7), end=at(14 + 24 * 7))
    async with network.host.database.tx(network.host.territory) as tx:
        await reschedule_session(tx, session.session_id, RescheduleSession(dates=(moved,)), manager)
    await network.cross()
    [shown] = await catalogue(network.home.database, network.home.territory)
    assert [each.start for each in shown.periods] == [at(12 + 24 * 7)]
    async with network.host.database.tx(network.host.territory) as tx:
        await cancel_session(tx, session.session_id, CancelSession(reason="Formatrice souffrante"))
    with pytest.raises(SessionIsCancelled):
        await network.ask(session.session_id)
    await network.cross()
    [shown] = await catalogue(network.home.database, network.home.territory)
    assert (shown.state, shown.words) == ("cancelled", "Formatrice souffrante")
    assert [each.state for each in await network.seats_of(person)] == ["not_held"]


async def test_without_agreement_the_catalogue_is_empty_and_nobody_asks_and_yet_seats_stay(
    network: Network,
) -> None:
    session, person = await network.session(), new_id()
    await network.cross()
    await network.ask(session.session_id, person)
    await network.end(LATER)
    assert len(await catalogue(network.home.database, network.home.territory)) == 1
    await network.end(date(2035, 3, 5))
    assert await catalogue(network.home.database, network.home.territory) == []
    with pytest.raises(SessionsNotShared):
        await network.ask(session.session_id)
    [seat] = await network.seats_of(person)
    assert (await network.give_up(seat)).state == "given_up"


async def test_nobody_takes_or_gives_a_seat_up_once_the_session_has_begun(network: Network) -> None:
    session = await network.session()
    await network.cross()
    seat = await network.ask(session.session_id)
    await network.host.set_clock(at(9 + 24 * 7))
    with pytest.raises(SessionHasBegun):
        await network.ask(session.session_id)
    with pytest.raises(SessionHasBegun):
        await network.give_up(seat)
