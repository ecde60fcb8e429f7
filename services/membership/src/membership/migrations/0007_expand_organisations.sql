-- An organisation has one row for the platform, which is what events tell, and one for each territory that
-- registered it, which is what that territory reads: so none learns that another one knows it.
CREATE TABLE organisations (
    territory_id text NOT NULL,
    organisation_id uuid NOT NULL,
    name text NOT NULL,
    search_name text NOT NULL COLLATE "C",
    country text NOT NULL,
    language text NOT NULL,
    address jsonb,
    registered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT organisations_known_twice PRIMARY KEY (territory_id, organisation_id)
);
CREATE INDEX organisations_in_order ON organisations (territory_id, search_name, organisation_id);

-- How registers know it; one organisation per identifier, on the platform and in each territory.
CREATE TABLE organisation_identifiers (
    territory_id text NOT NULL,
    scheme text NOT NULL,
    country text NOT NULL,
    value text NOT NULL,
    organisation_id uuid NOT NULL,
    CONSTRAINT organisation_identifiers_two_bearers PRIMARY KEY (territory_id, scheme, country, value),
    FOREIGN KEY (territory_id, organisation_id) REFERENCES organisations
);
CREATE INDEX organisation_identifiers_of ON organisation_identifiers (territory_id, organisation_id);

-- Ties between organisations are the platform's rows; `siren` is the territory that recorded one.
CREATE TABLE organisation_links (
    territory_id text NOT NULL,
    link_id uuid NOT NULL,
    siren text NOT NULL,
    organisation_id uuid NOT NULL,
    other_id uuid NOT NULL,
    kind text NOT NULL,
    valid_from date NOT NULL,
    valid_until date,
    PRIMARY KEY (territory_id, siren, link_id),
    CONSTRAINT organisation_links_empty CHECK (valid_until > valid_from),
    CONSTRAINT organisation_links_overlap EXCLUDE USING gist (territory_id WITH =, siren WITH =,
        organisation_id WITH =, other_id WITH =, kind WITH =, daterange(valid_from, valid_until) WITH &&),
    CONSTRAINT organisation_links_two_parents EXCLUDE USING gist (territory_id WITH =, siren WITH =,
        organisation_id WITH =, daterange(valid_from, valid_until) WITH &&) WHERE (kind = 'branch_of'),
    FOREIGN KEY (territory_id, organisation_id) REFERENCES organisations,
    FOREIGN KEY (territory_id, other_id) REFERENCES organisations (territory_id, organisation_id)
);

-- Who belongs to which organisation, in what role, when.
CREATE TABLE affiliations (
    territory_id text NOT NULL,
    affiliation_id uuid NOT NULL,
    person_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    role text NOT NULL,
    valid_from date NOT NULL,
    valid_until date,
    PRIMARY KEY (territory_id, affiliation_id),
    CONSTRAINT affiliations_empty CHECK (valid_until > valid_from),
    CONSTRAINT affiliations_overlap EXCLUDE USING gist (territory_id WITH =, person_id WITH =,
        organisation_id WITH =, role WITH =, daterange(valid_from, valid_until) WITH &&),
    FOREIGN KEY (territory_id, organisation_id) REFERENCES organisations
);
CREATE INDEX affiliations_of_organisation ON affiliations (territory_id, organisation_id);

CALL chassis_protect('organisations');
CALL chassis_protect('organisation_identifiers');
CALL chassis_protect('organisation_links');
CALL chassis_protect('affiliations');
