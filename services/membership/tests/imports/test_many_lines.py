"""A whole hub moves in: five thousand members, forty damaged lines, and a worker that dies halfway."""

from typing import Any

import pytest
from import_builders import Mover, a_file, members
from life_builders import Life

from chassis.outbox import Connection
from membership.newcomers import handlers as newcomers

_STATE = "SELECT line, state, made, party_id FROM import_lines WHERE import_id = $1 ORDER BY line"


@pytest.fixture
def mover(life: Life) -> Mover:
    """An administrator with the files of the hub."""
    return Mover(life)


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_of_five_thousand_members_exactly_the_forty_damaged_lines_are_reported(
    mover: Mover, admin: Connection
) -> None:
    lines, wrong = members(5_000, 40)
    import_id = await mover.checked("members", a_file(lines))
    assert await mover.counts(import_id) == {"sound": 4_960, "damaged": 40}
    assert {line: each["rule"] for line, each in (await mover.damaged(import_id)).items()} == wrong
    await mover.do(import_id, "start")
    await mover.fire()
    assert await mover.counts(import_id) == {"brought": 4_960, "damaged": 40}
    known = "SELECT count(*) FROM presences WHERE siren = $1"
    assert await admin.fetchval(known, mover.people.siren) == 4_960
    await mover.undone(import_id)
    assert await mover.counts(import_id) == {"undone": 4_960, "damaged": 40}
    assert await admin.fetchval(known, mover.people.siren) == 0


async def test_a_worker_that_dies_in_the_middle_of_two_hundred_lines_leaves_the_state_of_one_that_did_not(
    mover: Mover, admin: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = await mover.checked("members", a_file(members(500, 5)[0]))
    await mover.do(import_id, "start")
    bring_in, brought = newcomers.bring_in, list[int]()

    async def dying(*args: Any) -> Any:
        brought.append(args[1].line)
        if len(brought) == 300:
            raise KeyboardInterrupt
        return await bring_in(*args)

    monkeypatch.setattr(newcomers, "bring_in", dying)
    with pytest.raises(KeyboardInterrupt):
        await mover.fire()
    assert await mover.counts(import_id) == {"brought": 200, "sound": 295, "damaged": 5}
    monkeypatch.undo()
    monkeypatch.setenv("MAILLAGE_SECRETS_DIR", str(mover.people.secrets_dir))
    await mover.fire()
    state = [dict(row) for row in await admin.fetch(_STATE, import_id)]
    assert await mover.counts(import_id) == {"brought": 495, "damaged": 5}
    persons = await admin.fetch("SELECT person_id FROM presences WHERE siren = $1", mover.people.siren)
    assert sorted(row["person_id"] for row in persons) == sorted(
        row["party_id"] for row in state if row["party_id"]
    )
    told = await admin.fetchval(
        "SELECT count(DISTINCT aggregate_id) = count(*) FROM event_log WHERE type LIKE '%PersonRegistered%'"
        " AND territory_id = $1",
        mover.people.siren,
    )
    assert told is True
