"""The faults that one might well write into the chassis, each with the tests that must notice it."""

from dataclasses import dataclass

STEP = "chassis/tests/test_step.py::"
DB = "chassis/tests/test_db.py::"
CONSUMER = "tests/resilience/test_traps_consumer.py::"
WATERMARKS = "tests/resilience/test_traps_watermarks.py::"
RELAY = "tests/resilience/test_traps_relay.py::"
POSTGRES = "tests/resilience/test_traps_postgres.py::"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change to one file of the chassis: `old` stands there exactly once."""

    name: str
    file: str
    old: str
    new: str
    caught_by: tuple[str, ...]


MUTANTS = [
    Mutant(
        "offsets are committed before the effect",
        "consumer.py",
        "            done = await self._absorb(records)\n",
        "            self._offsets.add({place: batch[-1].offset + 1 for place, batch in records.items()})\n"
        "            done = await self._absorb(records)\n",
        (CONSUMER + "test_offsets_of_a_batch_in_progress_are_not_committed_even_by_a_rebalance",),
    ),
    Mutant(
        "a commit without offsets",
        "kafka.py",
        "await self._consumer.commit(offsets)",
        "await self._consumer.commit()",
        (CONSUMER + "test_a_commit_says_which_offsets_took_effect_however_far_the_fetching_went",),
    ),
    Mutant(
        "a row is deleted before the acknowledgement",
        "relay.py",
        """\
            try:
                with send_spans""",
        """\
            self._acknowledged += [row["id"] for row in rows[start:end]]
            try:
                with send_spans""",
        (RELAY + "test_a_row_leaves_the_outbox_only_after_its_acknowledgement",),
    ),
    Mutant(
        "two batches of a partition are in flight",
        "relay.py",
        "                    await (await producer.send_batch(batch, place[0], partition=place[1]))\n",
        "                    await producer.send_batch(batch, place[0], partition=place[1])\n",
        (RELAY + "test_a_batch_that_the_broker_refuses_keeps_back_what_stands_behind_it",),
    ),
    Mutant(
        "repeats inside one fetch are not folded",
        "batch.py",
        "        if identity in seen:\n",
        "        if False:\n",
        (WATERMARKS + "test_a_repeat_inside_one_fetch_counts_as_a_repeat_and_waits_in_no_lane",),
    ),
    Mutant(
        "a watermark does not move inside its batch",
        "step.py",
        """\
        watermark.version = envelope.version
        run.outcome.handled += 1
""",
        """\
        run.outcome.handled += 1
""",
        (STEP + "test_events_take_effect_once_in_version_order",),
    ),
    Mutant(
        "whether a lane is open is read before the watermark is locked",
        "watermarks.py",
        "        rows = await tx.fetch(_LOCK, self._consumer, *_columns(keys))\n",
        """\
        looked = await tx.fetch(_LOCK.replace("FOR UPDATE OF w", ""), self._consumer, *_columns(keys))
        parked = {tuple(row[:3]): row[4] for row in looked}
        locked = await tx.fetch(_LOCK, self._consumer, *_columns(keys))
        rows = [(*row[:4], parked[tuple(row[:3])]) for row in locked]
""",
        (WATERMARKS + "test_an_event_that_comes_while_its_lane_closes_is_handled_and_not_queued_for_ever",),
    ),
    Mutant(
        "a watermark without its territory",
        "watermarks.py",
        "WHERE w.consumer = $1 AND w.territory_id = k.territory_id AND w.topic = k.topic",
        "WHERE w.consumer = $1 AND w.topic = k.topic",
        (WATERMARKS + "test_one_id_in_two_territories_has_two_watermarks",),
    ),
    Mutant(
        "a watermark without its topic",
        "watermarks.py",
        "WHERE w.consumer = $1 AND w.territory_id = k.territory_id AND w.topic = k.topic",
        "WHERE w.consumer = $1 AND w.territory_id = k.territory_id",
        (WATERMARKS + "test_one_id_in_two_topics_has_two_watermarks",),
    ),
    Mutant(
        "watermarks are read without a lock",
        "watermarks.py",
        "ORDER BY 1, 2, 3 FOR UPDATE OF w",
        "ORDER BY 1, 2, 3",
        (WATERMARKS + "test_two_copies_that_hold_the_same_event_act_on_it_once",),
    ),
    Mutant(
        "a new group begins with what comes next",
        "kafka.py",
        'auto_offset_reset="earliest"',
        'auto_offset_reset="latest"',
        (CONSUMER + "test_a_group_born_after_its_events_begins_with_the_first",),
    ),
    Mutant(
        "what a failing handler emitted stays in the buffer",
        "db.py",
        "            del self.emitted[kept:]\n",
        "",
        (STEP + "test_a_careful_run_parks_only_the_aggregate_that_fails",),
    ),
    Mutant(
        "the territory is set outside the transaction",
        "db.py",
        "f\"BEGIN; SET LOCAL app.territories = '{','.join(territories)}'\"",
        "f\"SET app.territories = '{','.join(territories)}'; BEGIN\"",
        (
            POSTGRES + "test_a_connection_between_two_transactions_sees_no_territory",
            POSTGRES + "test_a_transaction_that_failed_leaves_no_territory_behind",
        ),
    ),
    Mutant(
        "a refusal inside a handler aborts its batch",
        "db.py",
        '                await self.execute("ROLLBACK TO attempt; RELEASE attempt")\n',
        "                pass\n",
        (DB + "test_an_attempt_that_fails_takes_its_events_with_it",),
    ),
    Mutant(
        "a connection is used again after an interruption",
        "db.py",
        """\
        except BaseException:
            connection.terminate()
            raise
""",
        """\
        except BaseException:
            raise
""",
        (DB + "test_an_interrupted_transaction_drops_its_connection",),
    ),
    Mutant(
        "migrations run under row security",
        "database_roles.py",
        'sql.SQL("BYPASSRLS" if kind == "migrator" else "NOBYPASSRLS")',
        'sql.SQL("NOBYPASSRLS")',
        ("tests/resilience/test_traps_migrations.py::test_a_migration_fills_the_rows_of_every_territory",),
    ),
]
