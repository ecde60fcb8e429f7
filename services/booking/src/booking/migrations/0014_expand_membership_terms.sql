-- Terms that a membership has from a day on, in place of those before: what its plan opens, for which audience.
CREATE TABLE membership_changes (
    territory_id text NOT NULL,
    membership_id uuid NOT NULL,
    changed_from date NOT NULL,
    terms jsonb NOT NULL,
    PRIMARY KEY (territory_id, membership_id, changed_from)
);

-- Seats that a company gave its persons: only they use a membership that has seats.
CREATE TABLE seats (
    territory_id text NOT NULL,
    seat_id uuid NOT NULL,
    membership_id uuid NOT NULL,
    person_id uuid NOT NULL,
    given_from date NOT NULL,
    taken_from date,
    PRIMARY KEY (territory_id, seat_id)
);
CREATE INDEX seats_of_person ON seats (territory_id, person_id, membership_id);

ALTER TABLE memberships ADD COLUMN seats integer;
CALL chassis_protect('membership_changes');
CALL chassis_protect('seats');
