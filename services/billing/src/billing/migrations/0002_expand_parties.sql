-- Who buys: persons, sealed under their own keys, and organisations; a territory reads those it knows.
CREATE TABLE persons (
    territory_id text NOT NULL DEFAULT '000000000',
    person_id uuid NOT NULL,
    given_name text NOT NULL,
    family_name text NOT NULL,
    address text,
    language text NOT NULL,
    PRIMARY KEY (territory_id, person_id)
);
CALL chassis_protect('persons');
CALL chassis_show_known('persons', 'person_id');

CREATE TABLE organisations (
    territory_id text NOT NULL DEFAULT '000000000',
    organisation_id uuid NOT NULL,
    name text NOT NULL,
    country text NOT NULL,
    identifiers jsonb NOT NULL,
    address jsonb,
    language text NOT NULL,
    PRIMARY KEY (territory_id, organisation_id)
);
CALL chassis_protect('organisations');
CALL chassis_show_known('organisations', 'organisation_id');

-- Who may act for an organisation.
CREATE TABLE affiliations (
    territory_id text NOT NULL,
    affiliation_id uuid NOT NULL,
    person_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    role text NOT NULL,
    valid_from date NOT NULL,
    valid_until date,
    PRIMARY KEY (territory_id, affiliation_id)
);
CREATE INDEX affiliations_of_person ON affiliations (territory_id, person_id);
CALL chassis_protect('affiliations');
