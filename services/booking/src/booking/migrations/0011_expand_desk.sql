-- The front desk: when somebody came and left, visitors, deliveries, announcements, wrong arrival codes.
ALTER TABLE bookings ADD COLUMN arrived_at timestamptz;
ALTER TABLE bookings ADD COLUMN left_at timestamptz;

-- Whether a person left a mail address; unknown of those who were heard of before.
ALTER TABLE persons ADD COLUMN has_mail boolean;

-- Who visits whom. The visitor's name is sealed under the host's key.
CREATE TABLE visits (
    territory_id text NOT NULL,
    visit_id uuid NOT NULL,
    site_id uuid NOT NULL,
    host_id uuid NOT NULL,
    visitor_name text NOT NULL,
    expected_at timestamptz NOT NULL,
    state text NOT NULL CONSTRAINT visits_state_known CHECK (
        state IN ('expected', 'inside', 'left', 'called_off')),
    arrived_at timestamptz,
    left_at timestamptz,
    CONSTRAINT visits_id_taken PRIMARY KEY (territory_id, visit_id),
    CONSTRAINT visits_site_exists FOREIGN KEY (territory_id, site_id) REFERENCES sites
);
CREATE INDEX visits_of_site ON visits (territory_id, site_id, expected_at, visit_id);
CREATE INDEX visits_of_host ON visits (territory_id, host_id, expected_at, visit_id);
CALL chassis_protect('visits');

-- Parcels and letters at the desk. The sender is sealed under the key of `sealed_for`.
CREATE TABLE deliveries (
    territory_id text NOT NULL,
    delivery_id uuid NOT NULL,
    site_id uuid NOT NULL,
    kind text NOT NULL,
    person_id uuid,
    organisation_id uuid,
    sealed_for uuid NOT NULL,
    sender text,
    received_at timestamptz NOT NULL,
    state text NOT NULL CONSTRAINT deliveries_state_known CHECK (
        state IN ('waiting', 'handed_over', 'returned')),
    handed_to uuid,
    settled_at timestamptz,
    CONSTRAINT deliveries_id_taken PRIMARY KEY (territory_id, delivery_id),
    CONSTRAINT deliveries_site_exists FOREIGN KEY (territory_id, site_id) REFERENCES sites,
    CONSTRAINT deliveries_addressee_is_one CHECK ((person_id IS NULL) <> (organisation_id IS NULL)),
    CONSTRAINT deliveries_settled_once CHECK ((state = 'waiting') = (settled_at IS NULL)),
    CONSTRAINT deliveries_handed_to_somebody CHECK ((state = 'handed_over') = (handed_to IS NOT NULL))
);
CREATE INDEX deliveries_of_site ON deliveries (territory_id, site_id, received_at, delivery_id);
CREATE INDEX deliveries_waiting ON deliveries (territory_id, person_id) WHERE state = 'waiting';
CALL chassis_protect('deliveries');

-- What was told to everybody booked in a stretch of time, and to how many.
CREATE TABLE announcements (
    territory_id text NOT NULL,
    announcement_id uuid NOT NULL,
    site_id uuid NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL,
    told integer NOT NULL,
    told_at timestamptz NOT NULL,
    CONSTRAINT announcements_id_taken PRIMARY KEY (territory_id, announcement_id),
    CONSTRAINT announcements_site_exists FOREIGN KEY (territory_id, site_id) REFERENCES sites
);
CALL chassis_protect('announcements');

-- Wrong arrival codes by staff member and quarter of an hour.
CREATE TABLE wrong_codes (
    territory_id text NOT NULL,
    person_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    times integer NOT NULL,
    PRIMARY KEY (territory_id, person_id, starts_at)
);
CALL chassis_protect('wrong_codes');
