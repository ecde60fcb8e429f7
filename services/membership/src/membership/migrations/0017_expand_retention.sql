-- How many months a territory keeps what serves a purpose, where it has set them; without a row, the default holds.
CREATE TABLE retention_months (
    territory_id text NOT NULL,
    purpose text NOT NULL,
    months integer NOT NULL,
    PRIMARY KEY (territory_id, purpose)
);

-- Each purge that took something: only what is older than `cut_off_on`. Rows are added, never changed.
CREATE TABLE purges (
    territory_id text NOT NULL,
    purge_id uuid NOT NULL,
    purpose text NOT NULL,
    cut_off_on date NOT NULL,
    purged_by uuid NOT NULL,
    purged_at timestamptz NOT NULL,
    taken integer NOT NULL,
    held integer NOT NULL,
    PRIMARY KEY (territory_id, purge_id)
);
CREATE INDEX purges_by_time ON purges (territory_id, purged_at DESC, purge_id DESC);

CALL chassis_protect('retention_months');
CALL chassis_protect('purges');
REVOKE UPDATE, DELETE ON purges FROM membership_app;

-- An erasure that a rule of retention asked for: the person has done nothing here since that day.
ALTER TABLE erasures ADD COLUMN inactive_since date;
