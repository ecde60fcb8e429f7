-- What a territory is called and the zone in which its days begin.
CREATE TABLE territories (
    territory_id text PRIMARY KEY,
    name text NOT NULL,
    zone text NOT NULL
);
CALL chassis_protect('territories');

-- Names and addresses of persons, sealed under their own keys; a territory reads those of the persons it knows.
CREATE TABLE persons (
    territory_id text NOT NULL DEFAULT '000000000',
    person_id uuid NOT NULL,
    given_name text NOT NULL,
    family_name text NOT NULL,
    mail text,
    language text NOT NULL,
    PRIMARY KEY (territory_id, person_id)
);
CALL chassis_protect('persons');
CALL chassis_show_known('persons', 'person_id');

-- Who belongs to which organisation, and from when to when: a letter to an organisation reaches its people.
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
CREATE INDEX affiliations_of_organisation ON affiliations (territory_id, organisation_id);
CALL chassis_protect('affiliations');
