"""The partner written in Node does see what is no CloudEvent: it could not praise a feed otherwise."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from journey import Json
from partner_machine import Listener, said

GOOD: Json = {
    "specversion": "1.0",
    "id": "01",
    "source": "/booking",
    "type": "maillage.booking.BookingConfirmed.v1",
    "time": "2026-03-01T08:00:00Z",
    "datacontenttype": "application/json",
    "territoryid": "200035715",
    "data": {},
}


@contextmanager
def feed_of(event: Json) -> Iterator[str]:
    """Serve a feed of one event at an address."""

    class Feed(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/cloudevents-batch+json")
            self.send_header("Link", '</events?after=01>; rel="next"')
            self.end_headers()
            self.wfile.write(json.dumps([] if "after" in self.path else [event]).encode())

        def log_message(self, *_words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Feed) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/events"
        server.shutdown()


@pytest.mark.parametrize(
    "wrong",
    [{"id": ""}, {"time": None}, {"time": "yesterday"}, {"siteId": "a"}, {"siteid": {}}, {"source": ""}],
    ids=["no id", "no time", "no such time", "a capital", "an object", "no source"],
)
def test_a_planted_mistake_is_seen(wrong: Json) -> None:
    with feed_of(GOOD) as address:
        assert said(Listener(address, "key").in_node("pages"))["events"] == [GOOD]
    with feed_of(GOOD | wrong) as address, pytest.raises(AssertionError, match="Error"):
        said(Listener(address, "key").in_node("pages"))
