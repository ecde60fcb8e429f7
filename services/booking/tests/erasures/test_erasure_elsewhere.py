"""Who has a seat in another territory is forgotten there too, and not before it is given up or over."""

from booking_builders import Hub, tell
from forgotten_builders import answers, erased, requested
from network_builders import Network

from chassis.db import PLATFORM, Database
from chassis.ids import new_id
from chassis.outbox import Connection


async def test_a_seat_elsewhere_holds_an_erasure_up_and_the_host_forgets_who_had_it(
    hub: Hub, other_hub: Hub, admin: Connection, worker_database: Database
) -> None:
    network, person = await Network.agreed(hub, other_hub), new_id()
    session = await network.session()
    await network.cross()
    seat = await network.ask(session.session_id, person)
    asked = requested(network.home, person)
    await tell(worker_database, PLATFORM, asked)
    [checked] = await answers(admin, "ErasureChecked", asked.erasure_id)
    assert [(each["reason"], each["territory_id"]) for each in checked["holds"]] == [
        ("seat-elsewhere", network.home.territory)
    ]
    await network.give_up(seat)
    known = "SELECT count(*) FROM known_party WHERE party_id = $1"
    assert await network.host.count(known, person) == 1
    told = erased(network.home, person)
    await tell(worker_database, PLATFORM, told)
    assert await network.host.count(known, person) == 0
    [answer] = await answers(admin, "TracesErased", told.erasure_id)
    assert {"registrations", "shared_seats"} <= {each["place"] for each in answer["kept"]}
