"""One's own inbox: what is in it, in order, and what was read."""

from notifications_builders import Api, Voice, a_fact, code

from chassis.ids import new_id
from contracts.booking import BookingConfirmed
from contracts.membership import MembershipConfirmed
from notifications.messages.consumer import messages


def booked(person_id: object, **changes: object) -> BookingConfirmed:
    return a_fact(BookingConfirmed, booking_id=new_id(), person_id=person_id, **changes)


async def test_a_person_reads_their_messages_in_their_language_and_marks_them_read(
    voice: Voice, api: Api, territory: str
) -> None:
    person_id = await voice.person(given="Zoé", language="en")
    await voice.tell(messages, territory, booked(person_id, resource_name="L'Atelier"))
    me = api.token(territory, "member", person_id)
    url = f"/v1/territories/{territory}/messages"
    [message] = (await api.get(f"{url}/own", me)).json()["items"]
    assert message["subject"] == "Booking confirmed: L'Atelier"
    assert message["text"].startswith("Hello Zoé,\n\n")
    assert (message["kind"], message["read_at"]) == ("booking", None)
    marked = await api.post(f"{url}/{message['message_id']}/mark-read", me)
    assert marked.status_code == 200, marked.text
    again = await api.post(
        f"{url}/{message['message_id']}/mark-read", api.token(territory, "member", person_id)
    )
    assert again.json() == marked.json()
    [message] = (await api.get(f"{url}/own", me)).json()["items"]
    assert message["read_at"] == marked.json()["read_at"]
    assert (await api.get(f"{url}/own?unread=true", me)).json()["items"] == []


async def test_the_latest_comes_first_page_by_page(voice: Voice, api: Api, territory: str) -> None:
    person_id = await voice.person()
    for number in range(5):
        await voice.tell(messages, territory, booked(person_id, resource_name=f"Salle {number}"))
    me, url = api.token(territory, "member", person_id), f"/v1/territories/{territory}/messages/own?limit=2"
    seen = []
    while url:
        page = await api.get(url, me)
        seen += [item["subject"][-1] for item in page.json()["items"]]
        url = page.links.get("next", {}).get("url", "")
    assert seen == ["4", "3", "2", "1", "0"]


async def test_nobody_reads_or_marks_anothers_messages_and_a_foreign_one_is_as_missing(
    voice: Voice, api: Api, territory: str, other_territory: str
) -> None:
    owner, other = await voice.person(), await voice.person()
    await voice.tell(messages, territory, booked(owner))
    url = f"/v1/territories/{territory}/messages"
    [message] = (await api.get(f"{url}/own", api.token(territory, "member", owner))).json()["items"]
    stranger = api.token(territory, "member", other)
    assert (await api.get(f"{url}/own", stranger)).json()["items"] == []
    foreign = await api.post(f"{url}/{message['message_id']}/mark-read", stranger)
    missing = await api.post(f"{url}/{new_id()}/mark-read", api.token(territory, "member", other))
    assert (foreign.status_code, code(foreign)) == (missing.status_code, code(missing)) == (404, "not-found")
    elsewhere = f"/v1/territories/{other_territory}/messages/own"
    there = await api.get(elsewhere, api.token(other_territory, "member", owner))
    assert there.json()["items"] == []
    assert (await api.get(elsewhere, api.token(territory, "member", owner))).status_code == 403
    assert (await api.get(elsewhere, {})).status_code == 401


async def test_an_erased_person_is_greeted_by_no_name(voice: Voice, api: Api, territory: str) -> None:
    person_id = await voice.person(given="Zoé")
    await voice.tell(messages, territory, a_fact(MembershipConfirmed, holder={"person_id": person_id}))
    await voice.erase(person_id)
    url = f"/v1/territories/{territory}/messages/own"
    [message] = (await api.get(url, api.token(territory, "member", person_id))).json()["items"]
    assert message["text"].startswith("Bonjour,\n\n")
