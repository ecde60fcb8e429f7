"""Lets people in by badge, notes what they use, and tells the platform when there is a link."""

import json
import os
import secrets
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from maillage_controller.journal import Journal
from maillage_controller.link import Link, NoLink
from maillage_controller.permits import NotLetIn, badge_digest, permit

_NOTHING: dict[str, Any] = {"permissions": [], "revoked": [], "keys": [], "ahead": 0.0}


class Controller:
    """What goes on at the machines of a site. A thread answers badges, another one speaks to the platform."""

    def __init__(self, folder: Path, territory_id: str, link: Link) -> None:
        self._territory_id = territory_id
        self._link = link
        self._journal = Journal(folder / "journal.jsonl")
        self._told = Journal(folder / "told.jsonl")
        self._held_in = folder / "permissions.json"
        self._held = json.loads(self._held_in.read_bytes()) if self._held_in.exists() else _NOTHING
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the time of the territory, as far as it was told last."""
        return datetime.fromtimestamp(time.time(), UTC) + timedelta(seconds=self._held["ahead"])

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Let a badge start a machine, or stop a use; each is on disk before the answer."""
        with self._lock:
            at = datetime.fromisoformat(asked["at"]) if "at" in asked else self.now()
            if "stop" in asked:
                return self._stop(asked["stop"], at, asked.get("materials", []))
            return self._start(asked["machine"], asked["badge"], at)

    def speak(self) -> bool:
        """Tell what was not told, in order, and fetch permissions; say whether there was a link."""
        try:
            self._tell_pending()
            self._fetch()
        except NoLink:
            return False
        return True

    def _start(self, machine: str, badge: str, at: datetime) -> dict[str, Any]:
        if self._running(machine):
            return {"let_in": False, "why": "in_use"}
        try:
            found = permit(self._held, machine, badge_digest(self._territory_id, badge), at)
        except NotLetIn as refused:
            return {"let_in": False, "why": str(refused)}
        usage_id = _new_id()
        self._journal.write(
            {
                "id": _new_id(),
                "act": "started",
                "usage_id": usage_id,
                "machine": machine,
                "permission_id": found.permission_id,
                "at": at.isoformat(),
                "until": found.until.isoformat(),
            }
        )
        return {"let_in": True, "usage_id": usage_id, "until": found.until.isoformat()}

    def _stop(self, usage_id: str, at: datetime, materials: list[dict[str, str]]) -> dict[str, Any]:
        started = [each for each in self._journal.entries if each["usage_id"] == usage_id]
        if [each["act"] for each in started] != ["started"]:
            return {"stopped": False, "why": "not_running"}
        until = min(at, datetime.fromisoformat(started[0]["until"]))
        entry = {"id": _new_id(), "act": "stopped", "usage_id": usage_id, "at": until.isoformat()}
        self._journal.write({**entry, "materials": materials})
        return {"stopped": True, "usage_id": usage_id}

    def _running(self, machine: str) -> bool:
        stopped = {each["usage_id"] for each in self._journal.entries if each["act"] == "stopped"}
        return any(
            each["act"] == "started" and each["machine"] == machine and each["usage_id"] not in stopped
            for each in self._journal.entries
        )

    def _tell_pending(self) -> None:
        with self._lock:
            told = {each["id"] for each in self._told.entries}
            entries = self._journal.entries
        stops = {each["usage_id"]: each for each in entries if each["act"] == "stopped"}
        for entry in entries:
            if entry["id"] in told:
                continue
            usage_id, both = entry["usage_id"], [entry]
            if entry["act"] == "started":
                path, body = "usages", {name: entry[name] for name in ("usage_id", "permission_id")}
                body["started_at"] = entry["at"]
                if stop := stops.get(usage_id):
                    body |= {"stopped_at": stop["at"], "materials": stop["materials"]}
                    both.append(stop)
            else:
                path, body = f"usages/{usage_id}/stop", {"stopped_at": entry["at"]}
                body["materials"] = entry["materials"]
            answer = self._link.tell(path, body, entry["id"])
            for each in both:
                self._told.write({"id": each["id"], "accepted": answer.accepted, "code": answer.code})
                told.add(each["id"])
        for entry in entries:
            if entry["act"] == "started" and entry["usage_id"] not in stops:
                self._link.tell(f"usages/{entry['usage_id']}/heartbeat", {}, _new_id())

    def _fetch(self) -> None:
        answer, keys = self._link.tell("permissions", {}, _new_id()), self._link.keys()
        if not answer.accepted:
            raise NoLink(str(answer.code))
        ahead = datetime.fromisoformat(answer.body["now"]).timestamp() - time.time()
        held = {**answer.body, "keys": keys, "ahead": ahead}
        draft = self._held_in.with_suffix(".draft")
        draft.write_text(json.dumps(held))
        draft.replace(self._held_in)
        with self._lock:
            self._held = held


def main() -> None:
    """Answer the lines of the input until it ends; speak to the platform every so many seconds."""
    environ = os.environ
    link = Link(
        environ["MAILLAGE_ADDRESS"], environ["MAILLAGE_TERRITORY"], environ["MAILLAGE_CONTROLLER_TOKEN"]
    )
    folder = Path(environ.get("MAILLAGE_CONTROLLER_DIR", "controller"))
    controller = Controller(folder, environ["MAILLAGE_TERRITORY"], link)
    pause = float(environ.get("MAILLAGE_CONTROLLER_SECONDS", "20"))
    threading.Thread(target=_speak, args=(controller, pause), daemon=True).start()
    for line in sys.stdin:
        try:
            answer = controller.answer(json.loads(line))
        except (KeyError, TypeError, ValueError) as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _speak(controller: Controller, pause: float) -> None:
    linked: bool | None = None
    while True:
        now_linked = controller.speak()
        if now_linked is not linked:
            sys.stderr.write("link\n" if now_linked else "no link\n")
            sys.stderr.flush()
        linked = now_linked
        time.sleep(pause)


def _new_id() -> str:
    return str(UUID(bytes=secrets.token_bytes(16), version=4))
