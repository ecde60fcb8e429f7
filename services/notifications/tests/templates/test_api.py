"""The words of messages over HTTP, for staff."""

from notifications_builders import Api, code

from notifications.templates.model import TEMPLATES


async def test_staff_read_every_message_in_both_languages_first(api: Api, territory: str) -> None:
    url = f"/v1/territories/{territory}/templates"
    items = (await api.get(url, api.administrator(territory))).json()["items"]
    assert [item["name"] for item in items] == [template.name for template in TEMPLATES]
    assert {tuple(item["mandatory"]) for item in items if item["kind"] == "invoice"} == {("mail",)}
    for language, word in (("fr", "Bonjour Camille"), ("en", "Hello Camille")):
        shown = await api.get(f"{url}/booking-confirmed?language={language}", api.token(territory, "finance"))
        assert word in shown.json()["text"]
        assert f'lang="{language}"' in shown.json()["html"]
        assert "https://hub.example" in shown.json()["text"]


async def test_an_unknown_template_or_language_is_refused(api: Api, territory: str) -> None:
    url = f"/v1/territories/{territory}/templates"
    missing = await api.get(f"{url}/nothing", api.administrator(territory))
    assert (missing.status_code, code(missing)) == (404, "not-found")
    spoken = await api.get(f"{url}/booking-confirmed?language=de", api.administrator(territory))
    assert (spoken.status_code, code(spoken)) == (422, "invalid")
    assert (await api.get(url, api.token(territory, "member"))).status_code == 403
