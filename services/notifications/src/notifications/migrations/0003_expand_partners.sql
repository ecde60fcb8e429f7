-- Whose systems read events of the territory; the contact is the person who looks after the account.
CREATE TABLE partners (
    territory_id text NOT NULL,
    partner_id uuid NOT NULL,
    name text NOT NULL,
    contact_person_id uuid,
    opened_at timestamptz NOT NULL,
    CONSTRAINT partners_id_taken PRIMARY KEY (territory_id, partner_id)
);
CALL chassis_protect('partners');

-- API keys: only their SHA-256 is kept. A key that another replaces goes on until it expires.
CREATE TABLE partner_keys (
    territory_id text NOT NULL,
    key_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    digest bytea NOT NULL,
    hint text NOT NULL,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    CONSTRAINT partner_keys_id_taken PRIMARY KEY (territory_id, key_id),
    CONSTRAINT partner_keys_unknown_partner FOREIGN KEY (territory_id, partner_id) REFERENCES partners,
    CONSTRAINT partner_keys_same_twice UNIQUE (territory_id, digest)
);
CREATE INDEX partner_keys_of_partner ON partner_keys (territory_id, partner_id);
CALL chassis_protect('partner_keys');

-- What a partner may read, for what, and from which civil day to which; the instants follow from the zone.
CREATE TABLE partner_agreements (
    territory_id text NOT NULL,
    agreement_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    event_types text[] NOT NULL,
    pseudonyms boolean NOT NULL,
    purpose text NOT NULL,
    valid_from date NOT NULL,
    valid_until date,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz,
    signed_at timestamptz NOT NULL,
    end_reason text,
    CONSTRAINT partner_agreements_id_taken PRIMARY KEY (territory_id, agreement_id),
    CONSTRAINT partner_agreements_unknown_partner FOREIGN KEY (territory_id, partner_id) REFERENCES partners,
    CONSTRAINT partner_agreements_empty CHECK (valid_until >= valid_from)
);
CREATE INDEX partner_agreements_of_partner ON partner_agreements (territory_id, partner_id);
CALL chassis_protect('partner_agreements');
