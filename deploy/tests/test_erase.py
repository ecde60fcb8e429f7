"""The operator's confirmation ends with what became of the erasure, whichever it is."""

import httpx
import pytest

from chassis.ids import new_id
from maillage.erase import sentence, settled
from maillage.sentences import StartError

ERASURE = new_id()
HELD = [{"territory_id": "200035715", "reason": "booking-to-come", "count": 2}]


def a_membership(*states: str, holds: object = ()) -> httpx.Client:
    """A client of a membership that shows an erasure in one state after another."""
    left = list(states)

    def answer(request: httpx.Request) -> httpx.Response:
        state = left.pop(0) if len(left) > 1 else left[0]
        shown = {"erasure_id": str(ERASURE), "state": state, "holds": holds, "missing": ["billing"]}
        shown["certificate"] = "0195.ff"
        return httpx.Response(200, json=shown if request.method == "POST" else {"items": [shown]})

    return httpx.Client(base_url="http://membership", transport=httpx.MockTransport(answer))


@pytest.mark.parametrize(
    ("states", "holds", "said"),
    [
        (("checking", "erasing", "done"), (), "/erased/0195.ff"),
        (("checking", "held"), HELD, "booking-to-come (2)"),
        (("checking", "held"), (), "something in another territory"),
    ],
)
def test_the_end_is_waited_for_and_told(states: tuple[str, ...], holds: object, said: str) -> None:
    found = settled(a_membership(*states, holds=holds), "200035715", ERASURE, 10)
    assert found["state"] == states[-1]
    assert said in sentence(found)


def test_a_wait_that_is_over_tells_who_is_awaited() -> None:
    found = settled(a_membership("checking"), "200035715", ERASURE, 0)
    assert sentence(found) == "Under way; still awaited: billing."


def test_a_refusal_is_told_in_membership_s_own_words() -> None:
    refusal = httpx.MockTransport(lambda _: httpx.Response(409, json={"detail": "It is done."}))
    with pytest.raises(StartError) as failure:
        settled(httpx.Client(base_url="http://membership", transport=refusal), "200035715", ERASURE, 1)
    assert "It is done." in failure.value.said("en")
