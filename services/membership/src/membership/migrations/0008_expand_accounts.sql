-- Who may act as what in a territory; the platform's operators hold theirs on the platform.
CREATE TABLE role_grants (
    territory_id text NOT NULL,
    grant_id uuid NOT NULL,
    person_id uuid NOT NULL,
    role text NOT NULL,
    site_id uuid,
    operator_id uuid,
    granted_at timestamptz NOT NULL,
    withdrawn_at timestamptz,
    CONSTRAINT role_grants_id_taken PRIMARY KEY (territory_id, grant_id),
    CONSTRAINT role_grants_unknown_site FOREIGN KEY (territory_id, site_id) REFERENCES sites,
    CONSTRAINT role_grants_unknown_operator FOREIGN KEY (territory_id, operator_id) REFERENCES operators
);
CREATE UNIQUE INDEX role_grants_twice ON role_grants (territory_id, person_id, role, site_id, operator_id)
    NULLS NOT DISTINCT WHERE withdrawn_at IS NULL;

-- Links to sign in by, one per request, whether or not anybody has that mail address. What the mail says is
-- computed from the id by a key outside the database: not even its hash is kept.
CREATE TABLE sign_in_links (
    territory_id text NOT NULL,
    link_id uuid NOT NULL,
    mail_hash bytea NOT NULL,
    wrong_codes integer NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL,
    spent_at timestamptz,
    PRIMARY KEY (territory_id, link_id)
);
CREATE INDEX sign_in_links_of_mail ON sign_in_links (territory_id, mail_hash, expires_at);
CREATE INDEX sign_in_links_age ON sign_in_links (territory_id, expires_at);

-- How often something was asked in a stretch of time, by the keyed hash of who asked.
CREATE TABLE sign_in_counts (
    territory_id text NOT NULL,
    kind text NOT NULL,
    subject bytea NOT NULL,
    starts_at timestamptz NOT NULL,
    times integer NOT NULL,
    PRIMARY KEY (territory_id, kind, subject, starts_at)
);
CREATE INDEX sign_in_counts_age ON sign_in_counts (territory_id, starts_at);

-- A person who is signed in on one device. Refresh tokens are computed from the id and `rotation`: only the
-- last one is good, and an older one that comes back ends the session.
CREATE TABLE sign_in_sessions (
    territory_id text NOT NULL,
    session_id uuid NOT NULL,
    person_id uuid NOT NULL,
    mail_hash bytea NOT NULL,
    rotation integer NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    end_reason text,
    PRIMARY KEY (territory_id, session_id),
    CONSTRAINT sign_in_sessions_end_without_reason CHECK ((ended_at IS NULL) = (end_reason IS NULL)),
    FOREIGN KEY (territory_id, person_id) REFERENCES persons
);
CREATE INDEX sign_in_sessions_age ON sign_in_sessions (territory_id, expires_at);

CALL chassis_protect('role_grants');
CALL chassis_protect('sign_in_links');
CALL chassis_protect('sign_in_counts');
CALL chassis_protect('sign_in_sessions');
