-- Copies of what membership says of places and of who runs them, and the booking rules of each site.
CREATE TABLE sites (
    territory_id text NOT NULL,
    site_id uuid NOT NULL,
    name text NOT NULL,
    zone text NOT NULL,
    PRIMARY KEY (territory_id, site_id)
);
CALL chassis_protect('sites');

CREATE TABLE delegations (
    territory_id text NOT NULL,
    delegation_id uuid NOT NULL,
    operator_id uuid NOT NULL,
    site_ids uuid[] NOT NULL,
    acts text[] NOT NULL,
    valid_from date NOT NULL,
    valid_until date,
    PRIMARY KEY (territory_id, delegation_id)
);
CREATE INDEX delegations_operator ON delegations (territory_id, operator_id);
CALL chassis_protect('delegations');

CREATE TABLE booking_rules (
    territory_id text NOT NULL,
    site_id uuid NOT NULL,
    hold_minutes integer NOT NULL,
    check_in_opens_minutes integer NOT NULL,
    grace_minutes integer NOT NULL,
    free_cancel_hours integer NOT NULL,
    late_due_percent integer NOT NULL,
    no_show_due_percent integer NOT NULL,
    PRIMARY KEY (territory_id, site_id)
);
CALL chassis_protect('booking_rules');
