-- Events of this service, for ever: written with the change that caused them, read by the relay.
CREATE TABLE event_log (
    territory_id text NOT NULL,
    topic text NOT NULL,
    aggregate_id text NOT NULL,
    version bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1) UNIQUE,
    event_id uuid NOT NULL,
    type text NOT NULL,
    data bytea NOT NULL,
    partition smallint NOT NULL,
    correlation_id uuid NOT NULL,
    causation_id uuid,
    actor_id text,
    data_class text NOT NULL,
    site_id text,
    traceparent text,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (territory_id, topic, aggregate_id, version)
);

-- What the relay has not yet seen acknowledged; the row is deleted afterwards.
CREATE TABLE outbox (
    id bigint PRIMARY KEY,
    territory_id text NOT NULL,
    topic text NOT NULL,
    partition smallint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
        autovacuum_vacuum_cost_delay = 0);

-- The version of the last event of each aggregate; its row lock is the order of the events.
CREATE TABLE counter (
    territory_id text NOT NULL,
    topic text NOT NULL,
    aggregate_id text NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (territory_id, topic, aggregate_id)
) WITH (fillfactor = 70);

-- Which process relays; one at a time. Platform-wide, so outside the territories.
CREATE TABLE relay_lease (
    territory_id text NOT NULL DEFAULT '000000000',
    name text PRIMARY KEY,
    owner text NOT NULL,
    epoch bigint NOT NULL,
    expires_at timestamptz NOT NULL
);
INSERT INTO relay_lease (name, owner, epoch, expires_at) VALUES ('relay', '', 0, '-infinity');

-- How far each consumer got with each aggregate: the only memory against repeats, and it never expires.
CREATE TABLE watermark (
    consumer text NOT NULL,
    territory_id text NOT NULL,
    topic text NOT NULL,
    aggregate_id text NOT NULL,
    version bigint NOT NULL,
    parked boolean NOT NULL DEFAULT false,
    PRIMARY KEY (consumer, territory_id, topic, aggregate_id)
) WITH (fillfactor = 70);

-- An aggregate that waits, at one consumer, behind an event that could not be handled.
CREATE TABLE lane (
    consumer text NOT NULL,
    territory_id text NOT NULL,
    topic text NOT NULL,
    aggregate_id text NOT NULL,
    state text NOT NULL CONSTRAINT lane_state_known CHECK (state IN ('retrying', 'waiting', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL,
    error text NOT NULL,
    opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer, territory_id, topic, aggregate_id)
);
CREATE INDEX lane_next ON lane (consumer, next_at) WHERE state <> 'dead';

CREATE TABLE lane_event (
    consumer text NOT NULL,
    territory_id text NOT NULL,
    topic text NOT NULL,
    aggregate_id text NOT NULL,
    version bigint NOT NULL,
    headers jsonb NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (consumer, territory_id, topic, aggregate_id, version)
);

-- Records whose envelope cannot be read: kept by their place in the log, since they name no territory.
CREATE TABLE quarantine (
    territory_id text NOT NULL DEFAULT '000000000',
    consumer text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    key bytea,
    headers jsonb NOT NULL,
    data bytea,
    error text NOT NULL,
    quarantined_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer, topic, partition, "offset")
);

CALL chassis_protect('event_log', true);
CALL chassis_protect('outbox', true);
CALL chassis_protect('counter', true);
CALL chassis_protect('relay_lease', true, false);
CALL chassis_protect('watermark', true, false);
CALL chassis_protect('lane', true, false);
CALL chassis_protect('lane_event', true, false);
CALL chassis_protect('quarantine', true, false);
