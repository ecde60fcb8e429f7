"""Rules of logs: one JSON object a line, one pipeline for all, nothing personal."""

import asyncio
import io
import json
import logging
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from chassis.ids import new_id
from chassis.logs import LONGEST, bound_contextvars, log, start_logging
from chassis.traces import span
from contracts.envelope import Fact, Topic

CANARY = "Zoé d'Arc"
PEOPLE = Topic("probe.people.v1", key="person_id")


class PersonNamed(Fact, topic=PEOPLE, data_class="personal"):
    person_id: str
    name: str


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    handlers, level, hook, ours = logging.root.handlers[:], logging.root.level, sys.excepthook, log
    yield
    logging.captureWarnings(capture=False)
    logging.root.handlers[:], sys.excepthook = handlers, hook
    logging.root.setLevel(level)
    structlog.reset_defaults()
    assert ours is log


@pytest.fixture
def stream() -> io.StringIO:
    stream = io.StringIO()
    start_logging("probe", stream=stream)
    return stream


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def read(text: str) -> int:
    raise KeyError(text)


def fail() -> None:
    try:
        read(CANARY)
    except KeyError as error:
        raise ValueError(f"{CANARY} is no number") from error


def test_a_line_says_when_how_grave_who_and_what(stream: io.StringIO) -> None:
    log.info("lane closed", consumer="probe.people", count=3, ratio=0.5, person=None)
    (line,) = lines(stream)
    assert list(line)[:4] == ["time", "level", "service", "event"]
    assert line["time"].endswith("Z")
    assert line | {"time": ""} == {
        "time": "",
        "level": "info",
        "service": "probe",
        "event": "lane closed",
        "consumer": "probe.people",
        "count": 3,
        "ratio": 0.5,
        "person": None,
    }


def test_a_line_bears_the_chain_and_the_trace_it_belongs_to(stream: io.StringIO) -> None:
    correlation_id = new_id()
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with (
        bound_contextvars(correlation_id=correlation_id, territory_id="200035715"),
        span("a", traceparent=parent),
    ):
        log.info("inside")
    log.info("outside")
    inside, outside = lines(stream)
    assert inside["correlation_id"] == str(correlation_id)
    assert inside["territory_id"] == "200035715"
    assert inside["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
    assert not {"correlation_id", "territory_id", "trace_id"} & set(outside)


def test_an_event_or_its_data_given_to_a_line_shows_its_type_alone(stream: io.StringIO) -> None:
    fact = PersonNamed(person_id="p", name=CANARY)
    log.info(
        "handled", fact=fact, data=fact.model_dump(), body=fact.model_dump_json().encode(), rows=[CANARY]
    )
    (line,) = lines(stream)
    assert CANARY not in stream.getvalue()
    assert (line["fact"], line["data"], line["body"]) == ("<PersonNamed>", "<dict>", "<bytes>")


def test_an_exception_shows_its_type_and_place_and_that_of_its_cause_without_its_text(
    stream: io.StringIO,
) -> None:
    try:
        fail()
    except ValueError:
        log.exception("handler failed")
    (line,) = lines(stream)
    assert CANARY not in stream.getvalue()
    assert "Zo" not in stream.getvalue()
    assert [each["type"] for each in line["exception"]] == ["ValueError", "KeyError"]
    assert line["exception"][0]["at"][-1].startswith("test_logs.py:")
    assert line["exception"][0]["at"][-1].endswith(" fail")


def test_debug_shows_the_text_of_exceptions_and_debug_lines() -> None:
    stream = io.StringIO()
    start_logging("probe", debug=True, stream=stream)
    log.debug("closely")
    try:
        fail()
    except ValueError as error:
        log.warning("handler failed", exc_info=error)
    closely, failed = lines(stream)
    assert closely["level"] == "debug"
    assert failed["exception"][0]["text"] == f"{CANARY} is no number"


def test_debug_lines_are_silent_otherwise(stream: io.StringIO) -> None:
    log.debug("closely")
    logging.getLogger("faststream").info("received %s", CANARY)
    assert stream.getvalue() == ""


def test_libraries_go_the_same_way(stream: io.StringIO) -> None:
    logging.getLogger("aiokafka.consumer").warning("heartbeat failed for %s", "probe")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old and tired", UserWarning, stacklevel=1)
    heartbeat, tired = lines(stream)
    assert heartbeat | {"time": ""} == {
        "time": "",
        "level": "warning",
        "service": "probe",
        "event": "heartbeat failed for probe",
    }
    assert "old and tired" in tired["event"]


def test_an_exception_in_a_library_keeps_its_text_to_itself(stream: io.StringIO) -> None:
    try:
        fail()
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
    (line,) = lines(stream)
    assert CANARY not in stream.getvalue()
    assert line["event"] == "Exception in ASGI application"
    assert line["exception"][0]["type"] == "ValueError"


async def test_a_task_nobody_awaited_does_not_print_its_exception(stream: io.StringIO) -> None:
    task = asyncio.create_task(asyncio.to_thread(fail))
    await asyncio.wait([task])
    loop = asyncio.get_running_loop()
    loop.default_exception_handler({"message": "Task failed", "exception": task.exception(), "task": task})
    assert lines(stream)[0]["event"] == "Task failed"
    assert "is no number" not in stream.getvalue()


def test_the_end_of_a_process_is_a_line_like_any_other(stream: io.StringIO) -> None:
    try:
        fail()
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    (line,) = lines(stream)
    assert (line["level"], line["event"]) == ("critical", "process ends")
    assert CANARY not in stream.getvalue()


def test_a_long_text_is_cut_and_a_line_break_stays_inside_its_line(stream: io.StringIO) -> None:
    log.info("long", text="x" * 9_999, broken='a\nb"c')
    (line,) = lines(stream)
    assert line["text"] == "x" * LONGEST + "…"
    assert line["broken"] == 'a\nb"c'
