CREATE TABLE bookings (
    territory_id text NOT NULL,
    booking_id uuid NOT NULL,
    state text NOT NULL CONSTRAINT bookings_state_known CHECK (
        state IN ('held', 'confirmed', 'checked_in', 'expired', 'cancelled', 'no_show')),
    site_id uuid NOT NULL,
    site_name text NOT NULL,
    resource_id uuid NOT NULL,
    resource_name text NOT NULL,
    kind text NOT NULL,
    price_code text,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    zone text NOT NULL,
    starts_on date NOT NULL,
    person_id uuid NOT NULL,
    attendees integer,
    payer_person_id uuid,
    payer_organisation_id uuid,
    audience text NOT NULL,
    membership_id uuid,
    plan_id uuid,
    plan_version integer,
    paid_by text NOT NULL,
    plan_units numeric NOT NULL,
    rights_as_of timestamptz NOT NULL,
    expires_at timestamptz,
    flag text,
    PRIMARY KEY (territory_id, booking_id),
    CONSTRAINT bookings_resource_exists FOREIGN KEY (territory_id, resource_id) REFERENCES resources,
    CONSTRAINT bookings_empty CHECK (starts_at < ends_at),
    CONSTRAINT bookings_payer_is_one CHECK ((payer_person_id IS NULL) <> (payer_organisation_id IS NULL)),
    CONSTRAINT bookings_hold_ends CHECK ((state = 'held') <= (expires_at IS NOT NULL))
);
CREATE INDEX bookings_of_person ON bookings (territory_id, person_id, starts_at, booking_id);
CREATE INDEX bookings_of_site ON bookings (territory_id, site_id, starts_at, booking_id);
CREATE INDEX bookings_of_resource ON bookings (territory_id, resource_id, ends_at);
CREATE INDEX bookings_of_membership ON bookings (territory_id, membership_id, starts_on)
    WHERE membership_id IS NOT NULL;
CREATE INDEX bookings_flagged ON bookings (territory_id, starts_at, booking_id) WHERE flag IS NOT NULL;
CALL chassis_protect('bookings');

-- The one ledger of occupancy: a row for each leaf of each live booking, turnaround included. A hold's
-- claims carry the end of the hold; firm ones carry none.
CREATE TABLE claims (
    territory_id text NOT NULL,
    leaf_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    during tstzrange NOT NULL GENERATED ALWAYS AS (tstzrange(starts_at, ends_at, '[)')) STORED,
    booking_id uuid NOT NULL,
    held_until timestamptz,
    PRIMARY KEY (territory_id, booking_id, leaf_id),
    CONSTRAINT claims_booking_exists FOREIGN KEY (territory_id, booking_id) REFERENCES bookings,
    CONSTRAINT claims_leaf_exists FOREIGN KEY (territory_id, leaf_id) REFERENCES resources (territory_id, resource_id),
    CONSTRAINT claims_empty CHECK (NOT isempty(during)),
    CONSTRAINT claims_endless CHECK (isfinite(starts_at) AND isfinite(ends_at)),
    -- The order of the columns is the index's: with the territory first, where all rows are alike, GiST
    -- splits its pages badly and inserts three times slower.
    CONSTRAINT claims_no_overlap EXCLUDE USING gist (
        leaf_id WITH =, during WITH &&, territory_id WITH =
    ) DEFERRABLE INITIALLY IMMEDIATE
);
-- Reads compare instants: under row security a range operator, which is not leakproof, cannot use an index.
CREATE INDEX claims_of_leaf ON claims (territory_id, leaf_id, ends_at, starts_at);
CALL chassis_protect('claims');
