"""One's own preferences over HTTP."""

from notifications_builders import Api, code

from chassis.ids import new_id


async def test_everything_comes_until_it_is_refused_and_comes_back_when_taken(
    api: Api, territory: str, other_territory: str
) -> None:
    person_id = new_id()
    url = f"/v1/territories/{territory}/preferences/own"

    async def refused(siren: str = territory) -> set[tuple[str, str]]:
        shown = await api.get(
            f"/v1/territories/{siren}/preferences/own", api.token(siren, "member", person_id)
        )
        items = shown.json()["items"]
        assert len(items) == 14
        return {(item["kind"], item["channel"]) for item in items if not item["wanted"]}

    assert await refused() == set()
    for wanted, expected in ((False, {("booking", "mail")}), (True, set())):
        me = api.token(territory, "member", person_id)
        answer = await api.post(f"{url}/set", me, kind="booking", channel="mail", wanted=wanted)
        assert answer.status_code == 200, answer.text
        assert await refused() == expected
        assert await refused(other_territory) == set()


async def test_what_is_mandatory_cannot_be_refused(api: Api, territory: str) -> None:
    url = f"/v1/territories/{territory}/preferences/own"
    me = api.token(territory, "member")
    marked = {(i["kind"], i["channel"]) for i in (await api.get(url, me)).json()["items"] if i["mandatory"]}
    assert marked == {("invoice", "mail"), ("membership", "mail")}
    answer = await api.post(f"{url}/set", me, kind="invoice", channel="mail", wanted=False)
    assert (answer.status_code, code(answer)) == (409, "message-mandatory")
    french = {"Accept-Language": "fr", **api.token(territory, "member")}
    answer = await api.post(f"{url}/set", french, kind="invoice", channel="mail", wanted=False)
    assert "ne se refusent pas" in answer.json()["detail"]


async def test_an_unknown_kind_or_channel_is_refused(api: Api, territory: str) -> None:
    url = f"/v1/territories/{territory}/preferences/own/set"
    for body in ({"kind": "weather", "channel": "mail"}, {"kind": "booking", "channel": "pigeon"}):
        answer = await api.post(url, api.token(territory, "member"), wanted=True, **body)
        assert (answer.status_code, code(answer)) == (422, "invalid")
