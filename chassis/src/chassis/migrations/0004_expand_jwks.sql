-- The last keys of each issuer of tokens, so that a service starts while the issuer is down.
CREATE TABLE jwks (
    territory_id text NOT NULL DEFAULT '000000000',
    issuer text NOT NULL,
    keys jsonb NOT NULL,
    fetched_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (territory_id, issuer)
);

CALL chassis_protect('jwks');
