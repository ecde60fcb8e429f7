-- Which groupings use the platform: the platform's own rows, one per SIREN.
CREATE TABLE territories (
    territory_id text NOT NULL,
    siren text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    zone text NOT NULL,
    sandbox boolean NOT NULL,
    sandbox_start timestamptz,
    opened_at timestamptz NOT NULL,
    CONSTRAINT territories_open_twice PRIMARY KEY (territory_id, siren),
    CONSTRAINT territories_start_of_real CHECK (sandbox = (sandbox_start IS NOT NULL))
);
CALL chassis_protect('territories');
