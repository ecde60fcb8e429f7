-- Classes of machines that need a qualification; a level is a position in `levels`, counted from 1.
CREATE TABLE machine_classes (
    territory_id text NOT NULL,
    machine_class_id uuid NOT NULL,
    name jsonb NOT NULL,
    levels jsonb NOT NULL,
    valid_months integer,
    lapse_months integer,
    CONSTRAINT machine_classes_id_taken PRIMARY KEY (territory_id, machine_class_id)
);

-- Who awards the qualifications of a class, and when.
CREATE TABLE trainers (
    territory_id text NOT NULL,
    machine_class_id uuid NOT NULL,
    person_id uuid NOT NULL,
    appointed_from date NOT NULL,
    dismissed_from date,
    during daterange NOT NULL GENERATED ALWAYS AS (daterange(appointed_from, dismissed_from)) STORED,
    PRIMARY KEY (territory_id, machine_class_id, person_id, appointed_from),
    CONSTRAINT trainers_backwards CHECK (dismissed_from >= appointed_from),
    CONSTRAINT trainers_twice EXCLUDE USING gist (territory_id WITH =, machine_class_id WITH =, person_id WITH =,
        during WITH &&),
    FOREIGN KEY (territory_id, machine_class_id) REFERENCES machine_classes
);

-- Who is qualified for which class from when until when; it may end before its term. One that another territory
-- awarded is recognised here: this row is all that this territory has of it.
CREATE TABLE qualifications (
    territory_id text NOT NULL,
    qualification_id uuid NOT NULL,
    person_id uuid NOT NULL,
    machine_class_id uuid NOT NULL,
    level integer NOT NULL,
    valid_from date NOT NULL,
    term_until date,
    lapse_months integer,
    last_used_on date NOT NULL,
    ended_on date,
    ended_how text CONSTRAINT qualifications_end_known CHECK (ended_how IN ('expired', 'lapsed', 'revoked')),
    reason text,
    evidence jsonb,
    awarded_by uuid,
    recognition_id uuid,
    home_territory_id text,
    home_qualification_id uuid,
    during daterange NOT NULL GENERATED ALWAYS AS (daterange(valid_from, coalesce(ended_on, term_until))) STORED,
    CONSTRAINT qualifications_id_taken PRIMARY KEY (territory_id, qualification_id),
    CONSTRAINT qualifications_ended_how CHECK ((ended_on IS NULL) = (ended_how IS NULL)),
    CONSTRAINT qualifications_revoked_why CHECK ((ended_how = 'revoked') <= (reason IS NOT NULL)),
    CONSTRAINT qualifications_rest_upon CHECK ((home_territory_id IS NULL) = (evidence IS NOT NULL)),
    CONSTRAINT qualifications_recognised_by CHECK (
        num_nonnulls(recognition_id, home_territory_id, home_qualification_id) IN (0, 3)),
    CONSTRAINT qualifications_twice EXCLUDE USING gist (territory_id WITH =, person_id WITH =,
        machine_class_id WITH =, level WITH =, during WITH &&) WHERE (home_territory_id IS NULL),
    CONSTRAINT qualifications_recognised_once UNIQUE (territory_id, recognition_id, home_qualification_id),
    FOREIGN KEY (territory_id, machine_class_id) REFERENCES machine_classes
);
CREATE INDEX qualifications_of_class ON qualifications (territory_id, machine_class_id, qualification_id);
CREATE INDEX qualifications_of_person ON qualifications (territory_id, person_id, machine_class_id);

-- What a territory, the host, counts of another's qualifications as its own: the platform's rows, since both read
-- them.
CREATE TABLE recognitions (
    territory_id text NOT NULL,
    recognition_id uuid NOT NULL,
    agreement_id uuid NOT NULL,
    host_id text NOT NULL,
    host_class_id uuid NOT NULL,
    home_id text NOT NULL,
    home_class_id uuid NOT NULL,
    highest_level integer NOT NULL,
    valid_from date NOT NULL,
    valid_until date,
    ended_on date,
    CONSTRAINT recognitions_id_taken PRIMARY KEY (territory_id, recognition_id),
    CONSTRAINT recognitions_of_another CHECK (host_id <> home_id),
    CONSTRAINT recognitions_two_of_a_class EXCLUDE USING gist (territory_id WITH =, host_id WITH =, home_id WITH =,
        home_class_id WITH =, daterange(valid_from, coalesce(ended_on, valid_until)) WITH &&),
    FOREIGN KEY (territory_id, agreement_id) REFERENCES sharing_agreements
);

CALL chassis_protect('machine_classes');
CALL chassis_protect('trainers');
CALL chassis_protect('qualifications');
CALL chassis_protect('recognitions');
