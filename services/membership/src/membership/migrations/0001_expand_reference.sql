-- What public registers say of towns: the same for every territory, filled from packaged files by `migrate`.
CREATE TABLE groupings (
    siren text PRIMARY KEY,
    name text NOT NULL,
    search_name text NOT NULL COLLATE "C",
    kind text NOT NULL,
    departements text[] NOT NULL,
    town_count integer NOT NULL,
    population_municipal integer NOT NULL,
    population_total integer NOT NULL,
    population_source text NOT NULL,
    population_year smallint
);
CREATE INDEX groupings_in_order ON groupings (search_name, siren);

CREATE TABLE towns (
    town_code text PRIMARY KEY,
    name text NOT NULL,
    search_name text NOT NULL COLLATE "C",
    siren text,
    postcodes text[] NOT NULL,
    departement text NOT NULL,
    grouping_siren text,
    population integer,
    population_source text NOT NULL,
    population_year smallint
);
CREATE INDEX towns_of_grouping ON towns (grouping_siren, search_name, town_code);

-- `matched_by` is the rule that found the town; a place whose town no rule finds stays without.
-- `other_town_code` is the town that postcode and name speak of where the code names another.
CREATE TABLE third_places (
    source text NOT NULL,
    source_row text NOT NULL,
    name text NOT NULL,
    address text NOT NULL,
    postcode text,
    town_name text NOT NULL,
    latitude double precision,
    longitude double precision,
    town_code text,
    matched_by text,
    other_town_code text,
    PRIMARY KEY (source, source_row),
    CONSTRAINT third_places_rule_without_town CHECK ((town_code IS NULL) = (matched_by IS NULL))
);
CREATE INDEX third_places_of_town ON third_places (town_code);

-- What each load read, and each thing it found wrong, row by row.
CREATE TABLE reference_loads (
    dataset text PRIMARY KEY,
    source text NOT NULL,
    digest bytea NOT NULL,
    rows_read integer NOT NULL,
    rows_kept integer NOT NULL,
    loaded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE reference_flaws (
    dataset text NOT NULL REFERENCES reference_loads,
    row_id text NOT NULL,
    flaw text NOT NULL,
    kept boolean NOT NULL
);
CREATE INDEX reference_flaws_of_dataset ON reference_flaws (dataset, flaw);

CALL chassis_reference('groupings', 'the public list of groupings of towns');
CALL chassis_reference('towns', 'the public list of towns');
CALL chassis_reference('third_places', 'a public list of third places');
CALL chassis_reference('reference_loads', 'what was loaded into the public lists');
CALL chassis_reference('reference_flaws', 'what was wrong in the public lists');
