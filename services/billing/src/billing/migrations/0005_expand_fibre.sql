-- Where fibre is brought, as data: a zone is served from a day on, with so many ports; a site is in one zone.
CREATE TABLE fibre_zones (
    territory_id text NOT NULL,
    zone_id uuid NOT NULL,
    name text NOT NULL,
    served_from date NOT NULL,
    ports integer NOT NULL CONSTRAINT fibre_zones_without_ports CHECK (ports > 0),
    content jsonb NOT NULL,
    PRIMARY KEY (territory_id, zone_id)
);
CALL chassis_protect('fibre_zones');

CREATE TABLE fibre_zone_sites (
    territory_id text NOT NULL,
    site_id uuid NOT NULL,
    zone_id uuid NOT NULL,
    CONSTRAINT fibre_zone_sites_in_two_zones PRIMARY KEY (territory_id, site_id),
    CONSTRAINT fibre_zone_sites_zone_exists FOREIGN KEY (territory_id, zone_id) REFERENCES fibre_zones
);
CALL chassis_protect('fibre_zone_sites');

CREATE TABLE fibre_lines (
    territory_id text NOT NULL,
    line_id uuid NOT NULL,
    state text NOT NULL CONSTRAINT fibre_lines_state_known CHECK (
        state IN ('qualified', 'not_eligible', 'ordered', 'appointment_booked', 'active')),
    customer_id uuid NOT NULL,
    site_id uuid NOT NULL,
    zone_id uuid,
    content jsonb NOT NULL,
    qualified_at timestamptz NOT NULL,
    PRIMARY KEY (territory_id, line_id),
    CONSTRAINT fibre_lines_zone_exists FOREIGN KEY (territory_id, zone_id) REFERENCES fibre_zones
);
CREATE INDEX fibre_lines_by_time ON fibre_lines (territory_id, qualified_at, line_id);
CREATE INDEX fibre_lines_of_customer ON fibre_lines (territory_id, customer_id, qualified_at, line_id);
CREATE INDEX fibre_lines_of_zone ON fibre_lines (territory_id, zone_id)
    WHERE state IN ('ordered', 'appointment_booked', 'active');
CALL chassis_protect('fibre_lines');
