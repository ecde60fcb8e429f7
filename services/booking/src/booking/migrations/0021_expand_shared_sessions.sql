-- The agreements to share sessions that bind a territory: a row in each of them, and the platform's own.
CREATE TABLE session_agreements (
    territory_id text NOT NULL,
    agreement_id uuid NOT NULL,
    territory_ids text[] NOT NULL,
    valid_from date NOT NULL,
    valid_until date,
    PRIMARY KEY (territory_id, agreement_id)
);
CALL chassis_protect('session_agreements');

-- Seats may be kept for the people of other territories; who has one says whence they come.
ALTER TABLE session_quotas ADD COLUMN territory_ids text[] NOT NULL DEFAULT '{}';
ALTER TABLE registrations ADD COLUMN home_territory_id text;

-- What another territory holds and keeps seats of for this one. starts_at and ends_at span the dates.
CREATE TABLE shared_sessions (
    territory_id text NOT NULL,
    session_id uuid NOT NULL,
    host_territory_id text NOT NULL,
    state text NOT NULL CONSTRAINT shared_sessions_state_known CHECK (state IN ('scheduled', 'cancelled')),
    words text,
    kind text NOT NULL,
    title jsonb NOT NULL,
    site_name text NOT NULL,
    place text NOT NULL,
    zone text NOT NULL,
    periods jsonb NOT NULL,
    seats integer NOT NULL,
    release_at timestamptz,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    CONSTRAINT shared_sessions_id_taken PRIMARY KEY (territory_id, session_id),
    CONSTRAINT shared_sessions_empty CHECK (starts_at < ends_at)
);
CREATE INDEX shared_sessions_by_start ON shared_sessions (territory_id, starts_at, session_id);
CALL chassis_protect('shared_sessions');

-- Who has a seat elsewhere; the seat itself is a registration of the host's, with the same id.
CREATE TABLE shared_seats (
    territory_id text NOT NULL,
    shared_seat_id uuid NOT NULL,
    session_id uuid NOT NULL,
    person_id uuid NOT NULL,
    state text NOT NULL CONSTRAINT shared_seats_state_known CHECK (
        state IN ('granted', 'given_up', 'withdrawn', 'not_held')),
    granted_at timestamptz NOT NULL,
    CONSTRAINT shared_seats_id_taken PRIMARY KEY (territory_id, shared_seat_id),
    CONSTRAINT shared_seats_session_exists FOREIGN KEY (territory_id, session_id) REFERENCES shared_sessions
);
CREATE UNIQUE INDEX shared_seats_one_each ON shared_seats (territory_id, session_id, person_id)
    WHERE state = 'granted';
CREATE INDEX shared_seats_of_person ON shared_seats (territory_id, person_id, granted_at, shared_seat_id);
CALL chassis_protect('shared_seats');
