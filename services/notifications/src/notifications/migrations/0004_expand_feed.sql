-- The last position given out in each territory; its row lock makes the order of positions that of commits.
CREATE TABLE feed_counters (
    territory_id text PRIMARY KEY,
    position bigint NOT NULL
) WITH (fillfactor = 70);
CALL chassis_protect('feed_counters');

-- Events as partners may see them at most: structured CloudEvents without sealed fields.
CREATE TABLE feed_events (
    territory_id text NOT NULL,
    position bigint NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    event json NOT NULL,
    occurred_at timestamptz NOT NULL,
    fed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (territory_id, position),
    CONSTRAINT feed_events_same_twice UNIQUE (territory_id, event_id)
);
CALL chassis_protect('feed_events');
