-- Links by which a calendar, or the screen at a door, reads bookings without a sign-in: of the token only its
-- digest is kept.
CREATE TABLE calendars (
    territory_id text NOT NULL,
    calendar_id uuid NOT NULL,
    kind text NOT NULL CONSTRAINT calendars_kind_known CHECK (kind IN ('person', 'resource', 'site')),
    owner_id uuid NOT NULL,
    site_id uuid,
    resource_id uuid,
    details boolean NOT NULL,
    name text NOT NULL,
    digest bytea NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    minute timestamptz,
    reads integer NOT NULL DEFAULT 0,
    PRIMARY KEY (territory_id, calendar_id),
    CONSTRAINT calendars_of_one_thing CHECK (
        (kind = 'person') = (site_id IS NULL) AND (kind = 'resource') = (resource_id IS NOT NULL))
);
CREATE UNIQUE INDEX calendars_by_digest ON calendars (territory_id, digest);
CREATE INDEX calendars_of_owner ON calendars (territory_id, owner_id, created_at, calendar_id);
CREATE INDEX calendars_of_site ON calendars (territory_id, site_id, created_at, calendar_id);
CALL chassis_protect('calendars');
