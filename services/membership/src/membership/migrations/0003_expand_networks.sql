-- Networks of territories, who belongs to them when, and what they agree to share: the platform's own rows.
CREATE TABLE networks (
    territory_id text NOT NULL,
    network_id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    body jsonb,
    formed_on date NOT NULL,
    PRIMARY KEY (territory_id, network_id),
    CONSTRAINT networks_body_of_territories CHECK ((kind = 'territories') = (body IS NULL))
);

CREATE TABLE network_members (
    territory_id text NOT NULL,
    network_id uuid NOT NULL,
    member_id text NOT NULL,
    during daterange NOT NULL,
    CONSTRAINT network_members_without_network
        FOREIGN KEY (territory_id, network_id) REFERENCES networks,
    CONSTRAINT network_members_joined_twice
        EXCLUDE USING gist (territory_id WITH =, network_id WITH =, member_id WITH =, during WITH &&)
);

CREATE TABLE sharing_agreements (
    territory_id text NOT NULL,
    agreement_id uuid NOT NULL,
    network_id uuid NOT NULL,
    kind text NOT NULL,
    territory_ids text[] NOT NULL,
    valid_from date NOT NULL,
    valid_until date,
    ended_on date,
    reason text,
    PRIMARY KEY (territory_id, agreement_id),
    CONSTRAINT sharing_agreements_without_network
        FOREIGN KEY (territory_id, network_id) REFERENCES networks,
    CONSTRAINT sharing_agreements_two_of_a_kind EXCLUDE USING gist (
        territory_id WITH =, network_id WITH =, kind WITH =,
        daterange(valid_from, coalesce(ended_on, valid_until)) WITH &&)
);

CALL chassis_protect('networks');
CALL chassis_protect('network_members');
CALL chassis_protect('sharing_agreements');
