"""The gate of the pages can fail: what is planted on a page is found."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import portal_visits
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

GOOD = """<!doctype html><html lang="en"><head><title>Page</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>Page</h1><p>Text.</p>%s</main></body></html>"""

PLANTED = {
    "image-alt": '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" width="30" height="30">',
    "color-contrast": '<p><b><font color="#999999">pale</font></b></p>',
    "label": "<form><input type=text></form>",
    "target-size": '<a href="#a">a</a><a href="#b">b</a>',
    "scrolls sideways": f"<pre>{'wide ' * 99}</pre>",
    "console": "<script>console.error('it failed')</script>",
    "script": "<script>throw new Error('it broke')</script>",
    "answer 404": '<img src="/nowhere.png" alt="nothing" width="30" height="30">',
    "Content Security Policy": '<p style="margin: 9px">inline</p>',
}


class Pages(BaseHTTPRequestHandler):
    """Serves one page for each flaw, and one without."""

    def do_GET(self) -> None:
        flaw = self.path.removeprefix("/").replace("%20", " ")
        found = flaw in PLANTED or flaw == "good"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", "default-src 'self' data:; script-src 'unsafe-inline'")
        self.end_headers()
        self.wfile.write((GOOD % PLANTED.get(flaw, "")).encode() if found else b"nothing")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def problems(server: str) -> dict[str, list[str]]:
    """What is wrong with each page, all of them seen in one crawl."""
    names = [*PLANTED, "good", "gone"]
    routes = [{"name": name, "path": f"/{name}", "status": 200} for name in names]
    visitor = {"name": "guest", "cookies": {}, "routes": routes}
    order = {
        "base": server,
        "visitors": [visitor],
        "widths": [360],
        "schemes": ["light"],
        "languages": ["en"],
    }
    seen = portal_visits.run("crawl.mjs", order)
    assert seen["looks"] == len(names)
    found: list[str] = seen["problems"]
    return {name: [each for each in found if each.startswith(f"guest {name} en")] for name in names}


@pytest.mark.parametrize("flaw", PLANTED)
def test_a_planted_flaw_is_found(flaw: str, problems: dict[str, list[str]]) -> None:
    assert any(flaw in problem.removeprefix(f"guest {flaw}") for problem in problems[flaw])


def test_a_page_without_flaw_passes(problems: dict[str, list[str]]) -> None:
    assert problems["good"] == []


def test_a_page_that_is_not_there_is_found(problems: dict[str, list[str]]) -> None:
    assert any("status 404" in problem for problem in problems["gone"])
