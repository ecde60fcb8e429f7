-- The offset of a sandbox territory's business clock; a real territory has no row.
CREATE TABLE territory_clock (
    territory_id text PRIMARY KEY,
    ahead interval NOT NULL
);

-- Something to do at a time: a hold that ends, a message to send in the morning.
CREATE TABLE timer (
    territory_id text NOT NULL,
    kind text NOT NULL,
    timer_id text NOT NULL,
    due_at timestamptz NOT NULL,
    business boolean NOT NULL,
    data jsonb NOT NULL,
    correlation_id uuid NOT NULL,
    causation_id uuid,
    actor_id text,
    traceparent text,
    state text NOT NULL DEFAULT 'pending'
        CONSTRAINT timer_state_known CHECK (state IN ('pending', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    retry_at timestamptz,
    error text,
    PRIMARY KEY (territory_id, kind, timer_id)
);
CREATE INDEX timer_due ON timer (due_at) WHERE state = 'pending';

-- A call to the outside world, owed since its transaction committed: a mail, a command to the network.
CREATE TABLE effect (
    territory_id text NOT NULL,
    kind text NOT NULL,
    effect_id text NOT NULL,
    data jsonb NOT NULL,
    correlation_id uuid NOT NULL,
    causation_id uuid,
    actor_id text,
    traceparent text,
    state text NOT NULL DEFAULT 'pending'
        CONSTRAINT effect_state_known CHECK (state IN ('pending', 'done', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    answer jsonb,
    error text,
    PRIMARY KEY (territory_id, kind, effect_id)
);
CREATE INDEX effect_next ON effect (next_at) WHERE state = 'pending';

-- The one answer of a command, under the key its caller chose; kept for 30 days.
CREATE TABLE idempotency (
    territory_id text NOT NULL,
    actor_id text NOT NULL,
    key text NOT NULL,
    digest bytea NOT NULL,
    status smallint,
    body bytea,
    version bigint,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (territory_id, actor_id, key)
);
CREATE INDEX idempotency_age ON idempotency (recorded_at);

-- Who did what to which object, and by what decision it was allowed.
CREATE TABLE audit (
    territory_id text NOT NULL,
    audit_id uuid NOT NULL,
    actor_id text,
    action text NOT NULL,
    object text NOT NULL,
    decision text NOT NULL,
    reason text,
    correlation_id uuid NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (territory_id, audit_id)
);

-- Keys that open the sealed names of persons; a destroyed key has no bytes left.
CREATE TABLE subject_key (
    territory_id text NOT NULL DEFAULT '000000000',
    person_id uuid NOT NULL,
    wrapped_key bytea,
    destroyed_at timestamptz,
    PRIMARY KEY (territory_id, person_id),
    CONSTRAINT subject_key_destroyed CHECK ((wrapped_key IS NULL) = (destroyed_at IS NOT NULL))
);

CALL chassis_protect('territory_clock', true);
CALL chassis_protect('timer', true);
CALL chassis_protect('effect', true);
CALL chassis_protect('idempotency', true);
CALL chassis_protect('audit');
CALL chassis_protect('subject_key', true);

-- Which persons and organisations, platform-wide all of them, a territory has dealings with.
CREATE TABLE known_party (
    territory_id text NOT NULL,
    party_id uuid NOT NULL,
    PRIMARY KEY (territory_id, party_id)
);
CALL chassis_protect('known_party');

-- Lets a territory read, not write, the platform's rows about the parties it knows, and no others.
CREATE PROCEDURE chassis_show_known(name text, party_column text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE POLICY known_party ON %1$I FOR SELECT USING (EXISTS ('
                   'SELECT FROM known_party k WHERE k.party_id = %1$I.%2$I))', name, party_column);
END $$;

CALL chassis_show_known('subject_key', 'person_id');
