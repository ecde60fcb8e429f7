"""Loads the public registers from the packaged files: whole, once per version of the files."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import structlog

from chassis.outbox import Connection
from membership.reference import model, ports, store
from membership.reference.model import Dataset, Flaw, Loaded, Reading, Towns
from membership.reference.ports import GROUPINGS, THIRD_PLACES, TOWNS

RULES = b"1"  # another number makes every database load again, under new rules of reading

log = structlog.get_logger(__name__)


async def load_reference(url: str) -> tuple[Loaded, ...]:
    """Fill the registers from the packaged files, in one transaction, and return what was done.

    `url` connects as membership_migrator. Where these very files are already loaded nothing is done, and
    nothing is returned; a second process waits for the first and then finds that.
    """
    contents = {dataset.name: ports.content(dataset) for dataset in ports.DATASETS}
    digest = ports.digest(RULES, *contents.values())
    connection = await store.connect(url)
    try:
        async with connection.transaction():
            await store.lock(connection)
            loaded = await store.loaded_digests(connection)
            if loaded == dict.fromkeys(contents, digest):
                log.info("reference is up to date", datasets=len(loaded))
                return ()
            await store.clear(connection)
            done = await _fill(connection, contents, digest)
    finally:
        await connection.close()
    for each in done:
        log.info("reference loaded", dataset=each.dataset, rows=each.rows_kept, flaws=each.flaws)
    return done


async def _fill(connection: Connection, contents: Mapping[str, bytes], digest: bytes) -> tuple[Loaded, ...]:
    records = {name: ports.records(content) for name, content in contents.items()}
    groupings = model.read(records[GROUPINGS.name], "siren", model.grouping)
    await store.fill_groupings(connection, GROUPINGS, groupings.kept)
    towns = model.read(records[TOWNS.name], "insee", model.town)
    await store.fill_towns(connection, TOWNS, towns.kept)
    places = model.read(records[THIRD_PLACES.name], "ID", model.third_place)
    known = Towns(towns.kept)
    matched = [(place, known.of(place)) for place in places.kept]
    await store.fill_third_places(connection, THIRD_PLACES, matched)
    for place, match in matched:
        if match is None or match.other_town_code:
            places.flaws.append(Flaw(place.source_row, "town-doubtful" if match else "town-not-found"))
    readings: dict[Dataset, Reading[Any]] = {GROUPINGS: groupings, TOWNS: towns, THIRD_PLACES: places}
    done = []
    for dataset, reading in readings.items():
        load = Loaded(
            dataset=dataset.name,
            source=dataset.source,
            rows_read=len(records[dataset.name]),
            rows_kept=len(reading.kept),
            flaws=dict(Counter(flaw.flaw for flaw in reading.flaws)),
        )
        await store.note_load(connection, digest, load, reading.flaws)
        done.append(load)
    return tuple(done)
