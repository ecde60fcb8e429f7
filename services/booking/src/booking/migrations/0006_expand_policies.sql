-- Booking policies: immutable versions, each for a site or for a resource with what it contains.
CREATE TABLE policies (
    territory_id text NOT NULL,
    policy_id uuid NOT NULL,
    site_id uuid NOT NULL,
    scope_id uuid NOT NULL,
    retired_on date,
    PRIMARY KEY (territory_id, policy_id),
    CONSTRAINT policies_site_exists FOREIGN KEY (territory_id, site_id) REFERENCES sites
);
CREATE INDEX policies_of_scope ON policies (territory_id, scope_id);
CREATE INDEX policies_of_site ON policies (territory_id, site_id, policy_id);
CALL chassis_protect('policies');

CREATE TABLE policy_versions (
    territory_id text NOT NULL,
    policy_id uuid NOT NULL,
    version integer NOT NULL,
    in_force_from date NOT NULL,
    terms jsonb NOT NULL,
    published_at timestamptz NOT NULL,
    PRIMARY KEY (territory_id, policy_id, version),
    CONSTRAINT policy_versions_policy_exists FOREIGN KEY (territory_id, policy_id) REFERENCES policies
);
CALL chassis_protect('policy_versions');

-- Who else than staff approves requests, in which scope and when.
CREATE TABLE approval_delegations (
    territory_id text NOT NULL,
    delegation_id uuid NOT NULL,
    person_id uuid NOT NULL,
    site_id uuid NOT NULL,
    scope_id uuid NOT NULL,
    valid_from date NOT NULL,
    valid_until date,
    PRIMARY KEY (territory_id, delegation_id),
    CONSTRAINT approval_delegations_site_exists FOREIGN KEY (territory_id, site_id) REFERENCES sites
);
CREATE INDEX approval_delegations_of_person ON approval_delegations (territory_id, person_id);
CREATE INDEX approval_delegations_of_site ON approval_delegations (territory_id, site_id, delegation_id);
CALL chassis_protect('approval_delegations');

-- The policy a booking was made by; a request waits until expires_at; what stays due of one that ended.
ALTER TABLE bookings
    ADD COLUMN policy_id uuid,
    ADD COLUMN policy_version integer,
    ADD COLUMN approval_hours integer,
    ADD COLUMN pending_blocks boolean NOT NULL DEFAULT true,
    ADD COLUMN due_percent integer,
    ADD COLUMN fee_waived boolean NOT NULL DEFAULT false,
    ADD COLUMN reason text,
    DROP CONSTRAINT bookings_state_known,
    ADD CONSTRAINT bookings_state_known CHECK (state IN
        ('held', 'requested', 'confirmed', 'checked_in', 'rejected', 'expired', 'cancelled', 'no_show')),
    ADD CONSTRAINT bookings_request_ends CHECK ((state = 'requested') <= (expires_at IS NOT NULL));
CREATE INDEX bookings_requested ON bookings (territory_id, site_id, expires_at, booking_id)
    WHERE state = 'requested';
