"""Owns what a service reads from its environment: once, typed, with secrets kept in files."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from chassis.errors import Fault


class SettingsError(Fault):
    """The environment does not say how to run; the message has a line for each setting at fault."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How one process of a service runs."""

    service: str
    database_url: str = field(repr=False)
    """PostgreSQL as <service>_worker."""
    migrator_url: str | None = field(repr=False)
    """PostgreSQL as <service>_migrator; only `migrate` needs it."""
    kafka: str
    """host:port of brokers, separated by commas."""
    port: int
    """Port of the HTTP door."""
    issuer: str
    """Issuer of the tokens that are accepted, a URL."""
    smtp_url: str | None = field(repr=False)
    """Mail relay, smtp://host:port."""
    secrets_dir: Path
    """Folder of secrets, one file each."""
    data_dir: Path
    """Folder of files the service writes."""
    public_url: str
    """Address under which people reach the platform."""
    copy: str
    """Number of this copy of the service, for static membership in its consumer groups."""
    debug: bool
    """Texts of exceptions in the logs: never in production."""
    otlp_endpoint: str | None
    """OpenTelemetry collector; without it traces go to a file."""
    trace_ratio: float
    """Part of new traces that is kept, 0 to 1; a caller that marks its trace as kept is followed always."""

    @classmethod
    def from_environment(cls, service: str, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings; raises SettingsError, which names every one that is missing or wrong.

        A URL without a password takes it from the file of the secrets folder that bears its user's name.
        """
        reader = _Reader(os.environ if environment is None else environment)
        secrets_dir = reader.folder("MAILLAGE_SECRETS_DIR")
        settings = cls(
            service=service,
            database_url=reader.database("MAILLAGE_DATABASE_URL", f"{service}_worker") or "",
            migrator_url=reader.database("MAILLAGE_MIGRATOR_URL", f"{service}_migrator", needed=False),
            kafka=reader.brokers("MAILLAGE_KAFKA"),
            port=int(reader.number("MAILLAGE_PORT", 1, 65_535)),
            issuer=reader.url("MAILLAGE_ISSUER", "http", "https") or "",
            smtp_url=reader.url("MAILLAGE_SMTP_URL", "smtp", "smtps", needed=False),
            secrets_dir=secrets_dir,
            data_dir=reader.folder("MAILLAGE_DATA_DIR"),
            public_url=(reader.url("MAILLAGE_PUBLIC_URL", "http", "https") or "").rstrip("/"),
            copy=reader.text("MAILLAGE_COPY", default="0"),
            debug=reader.text("MAILLAGE_DEBUG", default="") not in ("", "0", "false", "no"),
            otlp_endpoint=reader.url("OTEL_EXPORTER_OTLP_ENDPOINT", "http", "https", needed=False),
            trace_ratio=reader.number("OTEL_TRACES_SAMPLER_ARG", 0, 1, default="0.1"),
        )
        if reader.faults:
            raise SettingsError("\n".join(reader.faults))
        return settings


class _Reader:
    """Reads settings one by one and gathers a sentence for each that is wrong, values left out."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.faults: list[str] = []

    def text(self, name: str, default: str | None = None) -> str:
        value = self._environment.get(name, "").strip() or default
        if value is None:
            self.faults.append(f"{name} is missing.")
        return value or ""

    def number(self, name: str, lowest: int, highest: int, default: str | None = None) -> float:
        text = self.text(name, default)
        try:
            value = float(text)
        except ValueError:
            value = lowest - 1
        if text and not lowest <= value <= highest:
            self.faults.append(f"{name} is no number from {lowest} to {highest}.")
        return value

    def folder(self, name: str) -> Path:
        path = Path(self.text(name))
        if path.exists() and not path.is_dir():
            self.faults.append(f"{name} is a file: it must be a folder.")
        return path.absolute()

    def brokers(self, name: str) -> str:
        text = self.text(name)
        for broker in filter(None, text.split(",")):
            host, _, port = broker.rpartition(":")
            if not host or not port.isdecimal():
                self.faults.append(f"{name} is no list of host:port: {broker}.")
        return text

    def url(self, name: str, *schemes: str, needed: bool = True) -> str | None:
        text = self.text(name, None if needed else "")
        if not text:
            return None
        if urlsplit(text).scheme not in schemes or not urlsplit(text).netloc:
            self.faults.append(f"{name} is no address that begins with {' or '.join(schemes)}://.")
        return text

    def database(self, name: str, role: str, *, needed: bool = True) -> str | None:
        """Read a PostgreSQL URL of one role; where it has no password, the role's secret file has."""
        text = self.text(name, None if needed else "")
        if not text:
            return None
        parts = urlsplit(text)
        if parts.scheme not in ("postgresql", "postgres") or parts.username != role:
            self.faults.append(f"{name} is no address that begins with postgresql://{role}.")
            return None
        if parts.password is not None:
            return text
        file = self.folder("MAILLAGE_SECRETS_DIR") / role
        try:
            password = quote(file.read_text(encoding="utf-8").strip(), safe="")
        except OSError:
            self.faults.append(f"{name} has no password, and there is no file {file} to take it from.")
            return None
        netloc = f"{role}:{password}@{parts.netloc.rpartition('@')[2]}"
        return urlunsplit(parts._replace(netloc=netloc))
