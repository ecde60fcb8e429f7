-- Persons belong to no territory; what identifies them is sealed under their own key. `mail_hash` and
-- `search_tokens` are keyed hashes: they find, and tell nothing to whoever lacks the key.
CREATE TABLE persons (
    territory_id text NOT NULL,
    person_id uuid NOT NULL,
    given_name text NOT NULL,
    family_name text NOT NULL,
    mail text,
    phone text,
    address text,
    language text NOT NULL,
    mail_hash bytea,
    search_tokens bigint[] NOT NULL,
    registered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    first_signed_in_at timestamptz,
    PRIMARY KEY (territory_id, person_id),
    CONSTRAINT persons_mail_without_hash CHECK ((mail IS NULL) = (mail_hash IS NULL))
);
CREATE INDEX persons_of_mail ON persons (territory_id, mail_hash) WHERE mail_hash IS NOT NULL;
CREATE INDEX persons_searched ON persons USING gin (search_tokens);

-- Which territories a person has dealings with: the platform's own list, read at sign-in. One mail address
-- leads to one person of a territory; `mail_hash` is null where a second one brought it along.
CREATE TABLE presences (
    territory_id text NOT NULL,
    person_id uuid NOT NULL,
    siren text NOT NULL,
    mail_hash bytea,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (territory_id, person_id, siren),
    CONSTRAINT presences_mail_twice UNIQUE (territory_id, siren, mail_hash),
    FOREIGN KEY (territory_id, person_id) REFERENCES persons
);

-- The roles a person holds anywhere, as a token says them: the platform's copy of every territory's grants.
CREATE TABLE person_roles (
    territory_id text NOT NULL,
    person_id uuid NOT NULL,
    siren text NOT NULL,
    grant_id uuid NOT NULL,
    role text NOT NULL,
    site_id uuid,
    operator_id uuid,
    PRIMARY KEY (territory_id, person_id, siren, grant_id),
    FOREIGN KEY (territory_id, person_id) REFERENCES persons
);

CALL chassis_protect('persons');
CALL chassis_show_known('persons', 'person_id');
CALL chassis_protect('presences');
CALL chassis_protect('person_roles');
