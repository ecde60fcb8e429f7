-- Who runs sites for the territory, which acts on which sites are entrusted to them, and when.
CREATE TABLE operators (
    territory_id text NOT NULL,
    operator_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    name text NOT NULL,
    identifier jsonb,
    PRIMARY KEY (territory_id, operator_id),
    CONSTRAINT operators_registered_twice UNIQUE (territory_id, organisation_id)
);

CREATE TABLE delegations (
    territory_id text NOT NULL,
    delegation_id uuid NOT NULL,
    operator_id uuid NOT NULL,
    acts text[] NOT NULL,
    takings_of text,
    deed text,
    valid_from date NOT NULL,
    valid_until date,
    ended_on date,
    reason text,
    PRIMARY KEY (territory_id, delegation_id),
    CONSTRAINT delegations_without_operator FOREIGN KEY (territory_id, operator_id) REFERENCES operators,
    CONSTRAINT delegations_of_no_day CHECK (valid_from < valid_until)
);
CREATE INDEX delegations_in_order ON delegations (territory_id, valid_from, delegation_id);

-- One row per site. On one site and day, the takings are delegated once, and no act twice to one operator.
CREATE TABLE delegated_acts (
    territory_id text NOT NULL,
    delegation_id uuid NOT NULL,
    operator_id uuid NOT NULL,
    site_id uuid NOT NULL,
    act text NOT NULL,
    takings boolean NOT NULL,
    during daterange NOT NULL,
    PRIMARY KEY (territory_id, delegation_id, site_id, act),
    CONSTRAINT delegated_acts_without_delegation
        FOREIGN KEY (territory_id, delegation_id) REFERENCES delegations,
    CONSTRAINT delegated_acts_without_site FOREIGN KEY (territory_id, site_id) REFERENCES sites,
    CONSTRAINT delegated_acts_granted_twice EXCLUDE USING gist (
        territory_id WITH =, site_id WITH =, operator_id WITH =, act WITH =, during WITH &&),
    CONSTRAINT delegated_acts_takings_of_two EXCLUDE USING gist (
        territory_id WITH =, site_id WITH =, delegation_id WITH <>, during WITH &&) WHERE (takings)
);

CALL chassis_protect('operators');
CALL chassis_protect('delegations');
CALL chassis_protect('delegated_acts');
