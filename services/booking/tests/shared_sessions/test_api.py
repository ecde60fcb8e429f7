"""The door of the network's catalogue: for whom one asks, and what is sent again."""

from pathlib import Path

import pytest
from booking_builders import Hub, an_api
from network_builders import Network

from chassis.ids import new_id


@pytest.fixture
async def network(hub: Hub, other_hub: Hub) -> Network:
    """A host and a home with an agreement to share sessions."""
    return await Network.agreed(hub, other_hub)


async def test_a_member_asks_for_themselves_alone_and_again_takes_no_second_seat(
    network: Network, tmp_path: Path
) -> None:
    session, person, seat = await network.session(2), new_id(), str(new_id())
    await network.cross()
    async with an_api(network.home.database, network.home.territory, tmp_path) as api:
        path, token = f"shared-sessions/{session.session_id}/seats", api.token("member", person)
        body = {"shared_seat_id": seat, "person_id": str(person)}
        other = await api.post(path, token, body | {"person_id": str(new_id())})
        assert other.status_code == 404
        assert (await api.post(path, api.token("finance", person), body)).status_code == 403
        first, again = [await api.post(path, token, body) for _ in range(2)]
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json() == again.json()
        [own] = (await api.get("shared-seats/own", token)).json()["items"]
        assert (own["shared_seat_id"], own["session"]["session_id"]) == (seat, str(session.session_id))
        elsewhere = await api.post(f"shared-seats/{seat}/give-up", api.token("member"), {})
        assert elsewhere.status_code == 404
        given_up = await api.post(f"shared-seats/{seat}/give-up", token, {})
        assert given_up.json()["state"] == "given_up"
        twice = await api.post(f"shared-seats/{seat}/give-up", token, {})
        assert (twice.status_code, twice.json()["code"]) == (409, "registration-not-possible-now")
    assert await network.host.count("SELECT sum(taken) FROM session_quotas") == 0


async def test_with_whom_one_may_share_is_listed(network: Network, tmp_path: Path) -> None:
    async with an_api(network.host.database, network.host.territory, tmp_path) as api:
        found = await api.get("session-partners", api.token("hub-manager"))
    assert found.json() == {"items": [{"territory_id": network.home.territory}]}
