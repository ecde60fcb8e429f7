"""Owns the packaged files of the public registers: their names, their sources, their content."""

import csv
import io
from hashlib import sha256
from importlib import resources
from typing import Final

from membership.reference.model import Dataset, Record

GROUPINGS: Final = Dataset("groupings", "epci.csv", "decoupage-administratif 6.0.0 epci.json")
TOWNS: Final = Dataset("towns", "communes.csv", "decoupage-administratif 6.0.0 communes.json")
THIRD_PLACES: Final = Dataset(
    "tiers-lieux-2019", "tiers-lieux-cget-2019.csv", "CGET, Mission Coworking, 13 June 2019"
)
DATASETS: Final = (GROUPINGS, TOWNS, THIRD_PLACES)


def content(dataset: Dataset) -> bytes:
    """Return a file as it is packaged."""
    return (resources.files("membership") / "data" / dataset.file).read_bytes()


def records(content: bytes) -> list[Record]:
    """Read a file with a line of column names, in UTF-8."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def digest(*contents: bytes) -> bytes:
    """Return what tells one set of files from another."""
    whole = sha256()
    for content in contents:
        whole.update(sha256(content).digest())
    return whole.digest()
