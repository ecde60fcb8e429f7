-- The places of a territory that open their doors, and where what is known of them came from.
CREATE TABLE sites (
    territory_id text NOT NULL,
    site_id uuid NOT NULL,
    name text NOT NULL,
    address text NOT NULL,
    postcode text NOT NULL,
    town_code text NOT NULL,
    town_name text NOT NULL,
    zone text NOT NULL,
    latitude double precision,
    longitude double precision,
    matched_by text NOT NULL,
    source text,
    source_row text,
    opened_on date,
    PRIMARY KEY (territory_id, site_id),
    CONSTRAINT sites_imported_twice UNIQUE (territory_id, source, source_row),
    CONSTRAINT sites_half_a_source CHECK ((source IS NULL) = (source_row IS NULL)),
    CONSTRAINT sites_half_a_place CHECK ((latitude IS NULL) = (longitude IS NULL))
);
CREATE INDEX sites_in_order ON sites (territory_id, name, site_id);

-- What each import did, or, dry, would have done.
CREATE TABLE site_imports (
    territory_id text NOT NULL,
    import_id uuid NOT NULL,
    report jsonb NOT NULL,
    PRIMARY KEY (territory_id, import_id)
);

CALL chassis_protect('sites');
CALL chassis_protect('site_imports');
