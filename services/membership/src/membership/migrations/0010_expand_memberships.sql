-- Who holds which version of a plan, and when. `resumed_from` ends the suspension that `suspended_from` began.
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
    site_ids uuid[] NOT NULL,
    proof jsonb,
    valid_from date NOT NULL,
    valid_until date,
    suspended_from date,
    resumed_from date,
    ended_at timestamptz,
    CONSTRAINT memberships_id_taken PRIMARY KEY (territory_id, membership_id),
    CONSTRAINT memberships_two_holders CHECK (num_nonnulls(person_id, organisation_id) = 1),
    CONSTRAINT memberships_two_payers CHECK (num_nonnulls(payer_person_id, payer_organisation_id) = 1),
    CONSTRAINT memberships_backwards CHECK (valid_until >= valid_from),
    CONSTRAINT memberships_resumed_early CHECK (resumed_from >= suspended_from),
    FOREIGN KEY (territory_id, plan_id, plan_version) REFERENCES plan_versions
);
CREATE INDEX memberships_of_person ON memberships (territory_id, person_id, valid_from);
CREATE INDEX memberships_of_organisation ON memberships (territory_id, organisation_id, valid_from);

-- A site, or all of them: «every site» is the range without bounds, which overlaps each one.
CREATE TYPE uuidrange AS RANGE (subtype = uuid);

-- One row per site of a membership. A holder has one membership of a family at a site and on a day.
CREATE TABLE membership_scopes (
    territory_id text NOT NULL,
    membership_id uuid NOT NULL,
    holder_id uuid NOT NULL,
    family text NOT NULL,
    scope uuidrange NOT NULL,
    during daterange NOT NULL,
    PRIMARY KEY (territory_id, membership_id, scope),
    CONSTRAINT membership_scopes_empty CHECK (NOT isempty(during) AND NOT isempty(scope)),
    CONSTRAINT membership_scopes_overlap EXCLUDE USING gist (territory_id WITH =, holder_id WITH =,
        family WITH =, scope WITH &&, during WITH &&),
    FOREIGN KEY (territory_id, membership_id) REFERENCES memberships
);

CALL chassis_protect('memberships');
CALL chassis_protect('membership_scopes');
