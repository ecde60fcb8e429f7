-- Copies of what membership says of places.
CREATE TABLE territory_zone (
    territory_id text PRIMARY KEY,
    zone text NOT NULL
);
CALL chassis_protect('territory_zone');

CREATE TABLE sites (
    territory_id text NOT NULL,
    site_id uuid NOT NULL,
    name text NOT NULL,
    address text NOT NULL,
    postcode text NOT NULL,
    town_name text NOT NULL,
    zone text NOT NULL,
    PRIMARY KEY (territory_id, site_id)
);
CALL chassis_protect('sites');
