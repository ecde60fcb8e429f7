-- Which resource of kind person stands for whom: what keeps a trainer from being in two places.
CREATE TABLE person_resources (
    territory_id text NOT NULL,
    person_id uuid NOT NULL,
    resource_id uuid NOT NULL,
    CONSTRAINT person_resources_person_taken PRIMARY KEY (territory_id, person_id),
    CONSTRAINT person_resources_resource_exists FOREIGN KEY (territory_id, resource_id) REFERENCES resources
);
CALL chassis_protect('person_resources');

-- Courses, workshops, evenings. starts_at and ends_at span the dates.
CREATE TABLE sessions (
    territory_id text NOT NULL,
    session_id uuid NOT NULL,
    state text NOT NULL CONSTRAINT sessions_state_known CHECK (state IN ('scheduled', 'cancelled')),
    kind text NOT NULL,
    site_id uuid NOT NULL,
    title jsonb NOT NULL,
    description jsonb NOT NULL,
    resource_id uuid NOT NULL,
    trainer_id uuid,
    open_to text NOT NULL,
    price_code text,
    minimum integer,
    decide_at timestamptz,
    reason text,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    CONSTRAINT sessions_id_taken PRIMARY KEY (territory_id, session_id),
    CONSTRAINT sessions_site_exists FOREIGN KEY (territory_id, site_id) REFERENCES sites,
    CONSTRAINT sessions_resource_exists FOREIGN KEY (territory_id, resource_id) REFERENCES resources,
    CONSTRAINT sessions_empty CHECK (starts_at < ends_at),
    CONSTRAINT sessions_minimum_is_decided CHECK ((minimum IS NULL) = (decide_at IS NULL))
);
CREATE INDEX sessions_by_start ON sessions (territory_id, starts_at, session_id);
CALL chassis_protect('sessions');

ALTER TABLE bookings ADD COLUMN session_id uuid;

-- Each half-day, with the booking that claims what it needs.
CREATE TABLE session_dates (
    territory_id text NOT NULL,
    session_id uuid NOT NULL,
    position integer NOT NULL,
    booking_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    PRIMARY KEY (territory_id, session_id, position),
    CONSTRAINT session_dates_session_exists FOREIGN KEY (territory_id, session_id) REFERENCES sessions,
    CONSTRAINT session_dates_booking_exists FOREIGN KEY (territory_id, booking_id) REFERENCES bookings,
    CONSTRAINT session_dates_empty CHECK (starts_at < ends_at)
);
CALL chassis_protect('session_dates');

-- The ledger of seats: whoever takes some raises `taken` of one row, in one statement, and the check is the
-- guarantee that none is given twice. No audience means everybody.
CREATE TABLE session_quotas (
    territory_id text NOT NULL,
    session_id uuid NOT NULL,
    position integer NOT NULL,
    name jsonb NOT NULL,
    audiences text[] NOT NULL,
    seats integer NOT NULL,
    taken integer NOT NULL DEFAULT 0,
    release_at timestamptz,
    PRIMARY KEY (territory_id, session_id, position),
    CONSTRAINT session_quotas_session_exists FOREIGN KEY (territory_id, session_id) REFERENCES sessions,
    CONSTRAINT session_quotas_no_seat_twice CHECK (taken BETWEEN 0 AND seats)
);
CALL chassis_protect('session_quotas');

-- Who has seats, is offered some, or waits. Guests are named under the key of who registered.
CREATE TABLE registrations (
    territory_id text NOT NULL,
    registration_id uuid NOT NULL,
    session_id uuid NOT NULL,
    state text NOT NULL CONSTRAINT registrations_state_known CHECK (
        state IN ('registered', 'offered', 'waiting', 'expired', 'cancelled')),
    person_id uuid NOT NULL,
    payer_person_id uuid,
    payer_organisation_id uuid,
    audience text NOT NULL,
    membership_id uuid,
    seats integer NOT NULL,
    guests text[] NOT NULL,
    quota integer,
    asked_at timestamptz NOT NULL,
    offer_expires_at timestamptz,
    due_percent integer,
    reason text,
    CONSTRAINT registrations_id_taken PRIMARY KEY (territory_id, registration_id),
    CONSTRAINT registrations_session_exists FOREIGN KEY (territory_id, session_id) REFERENCES sessions,
    CONSTRAINT registrations_quota_exists FOREIGN KEY (territory_id, session_id, quota)
        REFERENCES session_quotas (territory_id, session_id, position),
    CONSTRAINT registrations_payer_is_one CHECK ((payer_person_id IS NULL) <> (payer_organisation_id IS NULL)),
    CONSTRAINT registrations_seats_are_counted CHECK (seats = 1 + cardinality(guests)),
    CONSTRAINT registrations_seats_are_somewhere CHECK ((state IN ('registered', 'offered')) = (quota IS NOT NULL)),
    CONSTRAINT registrations_offer_ends CHECK (state <> 'offered' OR offer_expires_at IS NOT NULL)
);
CREATE UNIQUE INDEX registrations_one_each ON registrations (territory_id, session_id, person_id)
    WHERE state IN ('registered', 'offered', 'waiting');
CREATE INDEX registrations_in_order ON registrations (territory_id, session_id, asked_at, registration_id);
CREATE INDEX registrations_of_person ON registrations (territory_id, person_id, asked_at, registration_id);
CALL chassis_protect('registrations');
