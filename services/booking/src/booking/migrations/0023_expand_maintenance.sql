-- When a machine is due for maintenance: after hours of use, after months, or both. A rule is set and retired,
-- otherwise it never changes; until it is first done, hours and months are counted from `set_at`.
CREATE TABLE maintenance_rules (
    territory_id text NOT NULL,
    rule_id uuid NOT NULL,
    resource_id uuid NOT NULL,
    site_id uuid NOT NULL,
    name text NOT NULL,
    every_hours integer,
    every_months integer,
    blocks boolean NOT NULL,
    set_at timestamptz NOT NULL,
    retired_at timestamptz,
    CONSTRAINT maintenance_rules_id_taken PRIMARY KEY (territory_id, rule_id),
    CONSTRAINT maintenance_rules_machine_exists FOREIGN KEY (territory_id, resource_id) REFERENCES machines,
    CONSTRAINT maintenance_rules_count_something CHECK (every_hours IS NOT NULL OR every_months IS NOT NULL)
);
CREATE INDEX maintenance_rules_of_machine ON maintenance_rules (territory_id, resource_id);
CREATE INDEX maintenance_rules_of_site ON maintenance_rules (territory_id, site_id);
CALL chassis_protect('maintenance_rules');

-- Each time that it was done. Rows are added; only their words are ever emptied.
CREATE TABLE maintenances (
    territory_id text NOT NULL,
    maintenance_id uuid NOT NULL,
    rule_id uuid NOT NULL,
    site_id uuid NOT NULL,
    done_at timestamptz NOT NULL,
    done_by uuid NOT NULL,
    note text NOT NULL,
    CONSTRAINT maintenances_id_taken PRIMARY KEY (territory_id, maintenance_id),
    CONSTRAINT maintenances_rule_exists FOREIGN KEY (territory_id, rule_id) REFERENCES maintenance_rules
);
CREATE INDEX maintenances_of_rule ON maintenances (territory_id, rule_id, done_at);
CREATE INDEX maintenances_of_site ON maintenances (territory_id, site_id, done_at, maintenance_id);
CALL chassis_protect('maintenances');
