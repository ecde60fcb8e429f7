-- What a resource asks for and costs as a machine.
CREATE TABLE machines (
    territory_id text NOT NULL,
    resource_id uuid NOT NULL,
    site_id uuid NOT NULL,
    machine_class_id uuid,
    level integer,
    longest_minutes integer NOT NULL,
    heartbeat_seconds integer,
    minute_price_code text,
    materials jsonb NOT NULL,
    PRIMARY KEY (territory_id, resource_id),
    CONSTRAINT machines_resource_exists FOREIGN KEY (territory_id, resource_id) REFERENCES resources,
    CONSTRAINT machines_class_has_level CHECK ((machine_class_id IS NULL) = (level IS NULL))
);
CREATE INDEX machines_of_class ON machines (territory_id, machine_class_id);
CALL chassis_protect('machines');

-- Who may use which class of machines: a copy of membership's facts, the last state of each.
CREATE TABLE machine_classes (
    territory_id text NOT NULL,
    machine_class_id uuid NOT NULL,
    name jsonb NOT NULL,
    levels jsonb NOT NULL,
    PRIMARY KEY (territory_id, machine_class_id)
);
CALL chassis_protect('machine_classes');
CREATE TABLE qualifications (
    territory_id text NOT NULL,
    qualification_id uuid NOT NULL,
    person_id uuid NOT NULL,
    machine_class_id uuid NOT NULL,
    level integer NOT NULL,
    valid_from date NOT NULL,
    valid_until date,
    PRIMARY KEY (territory_id, qualification_id)
);
CREATE INDEX qualifications_of_person ON qualifications (territory_id, person_id, machine_class_id);
CALL chassis_protect('qualifications');

-- Each use of a machine. `really_started_at` is when it began by the clock of the database, `started_at` by that
-- of the territory, which a sandbox moves; `heard_at` is the last sign of a machine that gives any.
CREATE TABLE usages (
    territory_id text NOT NULL,
    usage_id uuid NOT NULL,
    resource_id uuid NOT NULL,
    resource_name text NOT NULL,
    site_id uuid NOT NULL,
    zone text NOT NULL,
    machine_class_id uuid,
    person_id uuid NOT NULL,
    payer_person_id uuid,
    payer_organisation_id uuid,
    audience text NOT NULL,
    membership_id uuid,
    booking_id uuid,
    let_in_by text NOT NULL,
    started_at timestamptz NOT NULL,
    really_started_at timestamptz NOT NULL,
    ends_by timestamptz NOT NULL,
    heard_at timestamptz,
    state text NOT NULL CONSTRAINT usages_state_known CHECK (state IN ('open', 'stopped', 'aborted')),
    ended_at timestamptz,
    minutes integer,
    materials jsonb NOT NULL DEFAULT '[]',
    reason text,
    permission_id uuid,
    CONSTRAINT usages_id_taken PRIMARY KEY (territory_id, usage_id),
    CONSTRAINT usages_machine_exists FOREIGN KEY (territory_id, resource_id) REFERENCES machines,
    CONSTRAINT usages_payer_is_one CHECK ((payer_person_id IS NULL) <> (payer_organisation_id IS NULL)),
    CONSTRAINT usages_end_known CHECK (
        (state = 'open') = (ended_at IS NULL) AND (ended_at IS NULL) = (minutes IS NULL)),
    CONSTRAINT usages_not_backwards CHECK (ended_at >= started_at)
);
CREATE UNIQUE INDEX usages_one_open ON usages (territory_id, resource_id) WHERE state = 'open';
CREATE INDEX usages_of_site ON usages (territory_id, site_id, started_at, usage_id);
CREATE INDEX usages_of_person ON usages (territory_id, person_id, started_at, usage_id);
CREATE INDEX usages_of_machine ON usages (territory_id, resource_id, started_at);
CALL chassis_protect('usages');

CREATE TABLE incidents (
    territory_id text NOT NULL,
    incident_id uuid NOT NULL,
    resource_id uuid NOT NULL,
    usage_id uuid,
    severity text NOT NULL CONSTRAINT incidents_severity_known CHECK (severity IN ('note', 'broken')),
    words text NOT NULL,
    reported_by uuid NOT NULL,
    happened_at timestamptz NOT NULL,
    CONSTRAINT incidents_id_taken PRIMARY KEY (territory_id, incident_id),
    CONSTRAINT incidents_machine_exists FOREIGN KEY (territory_id, resource_id) REFERENCES machines
);
CREATE INDEX incidents_of_machine ON incidents (territory_id, resource_id, happened_at);
CALL chassis_protect('incidents');
