-- What may change in a membership's life. `free_until` is the first day charged after a trial, `proof_until` the
-- first day on which the audience is not proven; `paused` and `notice` say that its holder wished its rest
-- and its end, `ended_before` when it would have ended else.
ALTER TABLE memberships
    ADD COLUMN extra_seats integer NOT NULL DEFAULT 0,
    ADD COLUMN funding jsonb,
    ADD COLUMN free_until date,
    ADD COLUMN proof_until date,
    ADD COLUMN paused boolean NOT NULL DEFAULT false,
    ADD COLUMN notice boolean NOT NULL DEFAULT false,
    ADD COLUMN ended_before date;

-- Terms that hold from a day on, instead of those the membership was taken in.
CREATE TABLE membership_changes (
    territory_id text NOT NULL,
    membership_id uuid NOT NULL,
    changed_from date NOT NULL,
    reason text NOT NULL,
    audience text NOT NULL,
    plan_id uuid NOT NULL,
    plan_version integer NOT NULL,
    extra_seats integer NOT NULL,
    funding jsonb,
    PRIMARY KEY (territory_id, membership_id, changed_from),
    FOREIGN KEY (territory_id, membership_id) REFERENCES memberships,
    FOREIGN KEY (territory_id, plan_id, plan_version) REFERENCES plan_versions
);

-- Who has tried which family out: once, for ever.
CREATE TABLE membership_trials (
    territory_id text NOT NULL,
    holder_id uuid NOT NULL,
    family text NOT NULL,
    membership_id uuid NOT NULL,
    CONSTRAINT membership_trials_once PRIMARY KEY (territory_id, holder_id, family),
    FOREIGN KEY (territory_id, membership_id) REFERENCES memberships
);

-- A seat that is given to a person, from a day to another. Two persons never have the same one on the same day,
-- nor does a person have two.
CREATE TABLE seats (
    territory_id text NOT NULL,
    seat_id uuid NOT NULL,
    membership_id uuid NOT NULL,
    number integer NOT NULL CONSTRAINT seats_counted_from_one CHECK (number >= 1),
    person_id uuid NOT NULL,
    given_from date NOT NULL,
    taken_from date,
    during daterange NOT NULL GENERATED ALWAYS AS (daterange(given_from, taken_from)) STORED,
    CONSTRAINT seats_backwards CHECK (taken_from >= given_from),
    CONSTRAINT seats_id_taken PRIMARY KEY (territory_id, seat_id),
    CONSTRAINT seats_shared EXCLUDE USING gist (territory_id WITH =, membership_id WITH =, number WITH =,
        during WITH &&),
    CONSTRAINT seats_twice EXCLUDE USING gist (territory_id WITH =, membership_id WITH =, person_id WITH =,
        during WITH &&),
    FOREIGN KEY (territory_id, membership_id) REFERENCES memberships
);

CALL chassis_protect('membership_changes');
CALL chassis_protect('membership_trials');
CALL chassis_protect('seats');
