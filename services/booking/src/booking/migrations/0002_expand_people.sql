-- Names of persons, sealed under their own keys; a territory reads those of the persons it knows.
CREATE TABLE persons (
    territory_id text NOT NULL DEFAULT '000000000',
    person_id uuid NOT NULL,
    given_name text NOT NULL,
    family_name text NOT NULL,
    PRIMARY KEY (territory_id, person_id)
);
CALL chassis_protect('persons');
CALL chassis_show_known('persons', 'person_id');
