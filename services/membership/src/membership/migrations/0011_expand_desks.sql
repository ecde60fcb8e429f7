-- Computers that several staff members share: each enrolled by a full sign-in, known by the hash of its secret.
CREATE TABLE desk_devices (
    territory_id text NOT NULL,
    device_id uuid NOT NULL,
    site_id uuid NOT NULL,
    name text NOT NULL,
    secret_hash bytea NOT NULL,
    enrolled_by uuid NOT NULL,
    enrolled_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT desk_devices_id_taken PRIMARY KEY (territory_id, device_id),
    CONSTRAINT desk_devices_unknown_site FOREIGN KEY (territory_id, site_id) REFERENCES sites
);
CALL chassis_protect('desk_devices');

-- The PIN of a staff member, hashed with a key outside the database; wrong tries lock it for a while.
CREATE TABLE staff_pins (
    territory_id text NOT NULL,
    person_id uuid NOT NULL,
    pin_hash text NOT NULL,
    set_at timestamptz NOT NULL,
    wrong integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    PRIMARY KEY (territory_id, person_id)
);
CALL chassis_protect('staff_pins');

-- Who is signed in by PIN on which device, until they have done nothing for a while.
CREATE TABLE desk_sessions (
    territory_id text NOT NULL,
    session_id uuid NOT NULL,
    device_id uuid NOT NULL,
    person_id uuid NOT NULL,
    rotation integer NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (territory_id, session_id),
    CONSTRAINT desk_sessions_unknown_device FOREIGN KEY (territory_id, device_id) REFERENCES desk_devices
);
CREATE INDEX desk_sessions_age ON desk_sessions (territory_id, expires_at);
CALL chassis_protect('desk_sessions');
