-- Offers of membership. A published version never changes: the application cannot even try.
CREATE TABLE plans (
    territory_id text NOT NULL,
    plan_id uuid NOT NULL,
    family text NOT NULL,
    retired_on date,
    CONSTRAINT plans_id_taken PRIMARY KEY (territory_id, plan_id)
);

CREATE TABLE plan_versions (
    territory_id text NOT NULL,
    plan_id uuid NOT NULL,
    version integer NOT NULL,
    valid_from date NOT NULL,
    terms jsonb NOT NULL,
    published_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (territory_id, plan_id, version),
    FOREIGN KEY (territory_id, plan_id) REFERENCES plans
);

CREATE TABLE plan_sites (
    territory_id text NOT NULL,
    plan_id uuid NOT NULL,
    version integer NOT NULL,
    site_id uuid NOT NULL,
    PRIMARY KEY (territory_id, plan_id, version, site_id),
    CONSTRAINT plan_sites_unknown_site FOREIGN KEY (territory_id, site_id) REFERENCES sites,
    FOREIGN KEY (territory_id, plan_id, version) REFERENCES plan_versions
);

CALL chassis_protect('plans');
CALL chassis_protect('plan_versions');
CALL chassis_protect('plan_sites');
REVOKE UPDATE, DELETE ON plan_versions, plan_sites FROM membership_app;
