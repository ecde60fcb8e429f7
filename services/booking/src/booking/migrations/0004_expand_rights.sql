-- Who may book what: a copy of membership's facts, judged at the date of use.
CREATE TABLE memberships (
    territory_id text NOT NULL,
    membership_id uuid NOT NULL,
    person_id uuid,
    organisation_id uuid,
    payer_person_id uuid,
    payer_organisation_id uuid,
    audience text NOT NULL,
    plan_id uuid NOT NULL,
    plan_version integer NOT NULL,
    plan_name jsonb NOT NULL,
    site_ids uuid[] NOT NULL,
    entitlements jsonb NOT NULL,
    valid_from date NOT NULL,
    valid_until date,
    suspensions datemultirange NOT NULL DEFAULT '{}',
    PRIMARY KEY (territory_id, membership_id),
    CONSTRAINT memberships_holder_is_one CHECK ((person_id IS NULL) <> (organisation_id IS NULL)),
    CONSTRAINT memberships_payer_is_one CHECK ((payer_person_id IS NULL) <> (payer_organisation_id IS NULL))
);
CREATE INDEX memberships_of_person ON memberships (territory_id, person_id) WHERE person_id IS NOT NULL;
CREATE INDEX memberships_of_organisation ON memberships (territory_id, organisation_id)
    WHERE organisation_id IS NOT NULL;
CALL chassis_protect('memberships');

CREATE TABLE affiliations (
    territory_id text NOT NULL,
    affiliation_id uuid NOT NULL,
    person_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    valid_from date NOT NULL,
    valid_until date,
    PRIMARY KEY (territory_id, affiliation_id)
);
CREATE INDEX affiliations_of_person ON affiliations (territory_id, person_id);
CALL chassis_protect('affiliations');

-- How recent the copy is: when the last fact that reached it was recorded, in real time.
CREATE TABLE rights_horizon (
    territory_id text PRIMARY KEY,
    known_at timestamptz NOT NULL
);
CALL chassis_protect('rights_horizon');
