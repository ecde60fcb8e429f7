-- What lets people use machines while there is no link: controllers, badges and signed permissions. Of a
-- controller's token and of a badge only the digest is kept.
CREATE TABLE controllers (
    territory_id text NOT NULL,
    controller_id uuid NOT NULL,
    site_id uuid NOT NULL,
    name text NOT NULL,
    digest bytea NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT controllers_id_taken PRIMARY KEY (territory_id, controller_id),
    CONSTRAINT controllers_site_exists FOREIGN KEY (territory_id, site_id) REFERENCES sites
);
CREATE UNIQUE INDEX controllers_by_digest ON controllers (territory_id, digest);
CALL chassis_protect('controllers');

CREATE TABLE badges (
    territory_id text NOT NULL,
    badge_id uuid NOT NULL,
    site_id uuid NOT NULL,
    person_id uuid NOT NULL,
    digest text NOT NULL,
    given_at timestamptz NOT NULL,
    taken_at timestamptz,
    CONSTRAINT badges_id_taken PRIMARY KEY (territory_id, badge_id),
    CONSTRAINT badges_site_exists FOREIGN KEY (territory_id, site_id) REFERENCES sites
);
CREATE UNIQUE INDEX badges_held_once ON badges (territory_id, digest) WHERE taken_at IS NULL;
CREATE INDEX badges_of_person ON badges (territory_id, person_id);
CALL chassis_protect('badges');

-- What a controller may let a person do at a machine, and by which right it is paid. It is signed anew with
-- each fetch, for a day at most; from `begins_at` to `ends_at` is all that was ever signed.
CREATE TABLE permissions (
    territory_id text NOT NULL,
    permission_id uuid NOT NULL,
    site_id uuid NOT NULL,
    resource_id uuid NOT NULL,
    person_id uuid NOT NULL,
    badge_id uuid NOT NULL,
    paid jsonb NOT NULL,
    longest_minutes integer NOT NULL,
    begins_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    revoked_at timestamptz,
    PRIMARY KEY (territory_id, permission_id),
    CONSTRAINT permissions_machine_exists FOREIGN KEY (territory_id, resource_id) REFERENCES machines,
    CONSTRAINT permissions_badge_exists FOREIGN KEY (territory_id, badge_id) REFERENCES badges
);
CREATE UNIQUE INDEX permissions_standing ON permissions (territory_id, resource_id, badge_id)
    WHERE revoked_at IS NULL;
CREATE INDEX permissions_of_site ON permissions (territory_id, site_id, ends_at);
CALL chassis_protect('permissions');
