"""By which agreements seats of a session may be kept for another territory."""

from datetime import date

import pytest
from booking_builders import Hub, tell
from network_builders import Network, share, signed
from pydantic import ValidationError
from session_builders import seats

from booking.sessions.handlers import SeatsFor
from booking.sharing.model import PricedSessionNotShared, SessionsNotShared
from chassis.db import PLATFORM
from chassis.testing import new_territory
from contracts.booking import SessionScheduled


async def test_seats_are_kept_for_a_territory_by_an_agreement_of_both_alone(hub: Hub, other_hub: Hub) -> None:
    network = Network(hub, other_hub, signed(hub.territory, other_hub.territory))
    with pytest.raises(SessionsNotShared) as refused:
        await network.session()
    assert refused.value.values == {"territory_ids": other_hub.territory, "day": "2035-03-05"}
    await tell(hub.database, PLATFORM, network.agreement)
    session = await network.session()
    assert session.quotas[1].territory_ids == (other_hub.territory,)
    [told] = await hub.facts(SessionScheduled)
    assert told["quotas"][1]["territory_ids"] == [other_hub.territory]


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "qualification"},
        {"valid_from": date(2035, 3, 6)},
        {"valid_until": date(2035, 3, 5)},
    ],
)
async def test_an_agreement_of_another_kind_or_of_other_days_keeps_no_seats(
    hub: Hub, other_hub: Hub, changes: dict[str, object]
) -> None:
    told = await share(hub.database, hub.territory, other_hub.territory, **changes)
    with pytest.raises(SessionsNotShared):
        await Network(hub, other_hub, told).session()


async def test_an_agreement_that_ended_keeps_no_seats_from_its_day_on(hub: Hub, other_hub: Hub) -> None:
    network = await Network.agreed(hub, other_hub)
    await network.end(date(2035, 3, 6))
    assert (await network.session()).state == "scheduled", "it is in force until then"
    await network.end(date(2035, 3, 5))
    with pytest.raises(SessionsNotShared):
        await network.session()


async def test_who_is_no_party_to_the_agreement_is_named(hub: Hub, other_hub: Hub) -> None:
    network, stranger = await Network.agreed(hub, other_hub), new_territory()
    with pytest.raises(SessionsNotShared) as refused:
        await network.session(kept={"territory_ids": [other_hub.territory, stranger]})
    assert refused.value.values["territory_ids"] == stranger


async def test_a_session_with_a_price_is_not_shared(hub: Hub, other_hub: Hub) -> None:
    network = await Network.agreed(hub, other_hub)
    with pytest.raises(PricedSessionNotShared):
        await network.session(price_code="workshop")
    session = await network.session(price_code="workshop", quotas=[seats(3)])
    assert session.price_code == "workshop", "and yet one without such seats has its price"


def test_seats_are_kept_for_audiences_or_for_territories_not_for_both() -> None:
    with pytest.raises(ValidationError, match="not for both"):
        SeatsFor(**seats(2, "student", territory_ids=["200035715"]))
