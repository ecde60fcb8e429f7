-- Bookings that come again by a rule. Wall times are text, «2026-10-27T18:00»: the database never turns one
-- into an instant, since it would take the second pass of an hour that comes twice.
CREATE TABLE series (
    territory_id text NOT NULL,
    series_id uuid NOT NULL,
    person_id uuid NOT NULL,
    site_id uuid NOT NULL,
    resource_id uuid NOT NULL,
    rule text NOT NULL,
    first text NOT NULL,
    minutes integer NOT NULL CONSTRAINT series_has_length CHECK (minutes > 0),
    zone text NOT NULL,
    excluded text[] NOT NULL DEFAULT '{}',
    added text[] NOT NULL DEFAULT '{}',
    attendees integer,
    membership_id uuid,
    audience text,
    by_desk boolean NOT NULL DEFAULT false,
    split_from uuid,
    booked_until date NOT NULL,
    ended_from text,
    PRIMARY KEY (territory_id, series_id),
    CONSTRAINT series_resource_exists FOREIGN KEY (territory_id, resource_id) REFERENCES resources
);
CREATE INDEX series_of_person ON series (territory_id, person_id, first, series_id);
CALL chassis_protect('series');

-- A date of a series: the wall time its rule gives it, and the booking it has, or why it has none.
CREATE TABLE occurrences (
    territory_id text NOT NULL,
    series_id uuid NOT NULL,
    recurrence_id text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    booking_id uuid,
    reason text,
    freed boolean NOT NULL DEFAULT false,
    PRIMARY KEY (territory_id, series_id, recurrence_id),
    CONSTRAINT occurrences_series_exists FOREIGN KEY (territory_id, series_id) REFERENCES series,
    CONSTRAINT occurrences_booked_or_why CHECK ((booking_id IS NULL) <> (reason IS NULL))
);
CREATE INDEX occurrences_waiting ON occurrences (territory_id, ends_at) WHERE booking_id IS NULL;
CALL chassis_protect('occurrences');

ALTER TABLE bookings ADD COLUMN series_id uuid, ADD COLUMN recurrence_id text;
