-- Makes the rows of a table final: whoever asks, they are never changed or deleted.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are final', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE PROCEDURE append_only(name text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('REVOKE UPDATE, DELETE ON %I FROM %I', name, chassis_service() || '_app');
    EXECUTE format('CREATE TRIGGER final BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION '
                   'refuse_change()', name);
END $$;

-- Legal sellers inside a territory.
CREATE TABLE issuers (
    territory_id text NOT NULL,
    issuer_id uuid NOT NULL,
    name text NOT NULL,
    regime text NOT NULL CONSTRAINT issuers_regime_known CHECK (
        regime IN ('private_operator', 'private_mandatary', 'public_regie', 'public_titre')),
    content jsonb NOT NULL,
    registered_at timestamptz NOT NULL,
    PRIMARY KEY (territory_id, issuer_id)
);
CALL chassis_protect('issuers');
CALL append_only('issuers');

-- A price book belongs to one issuer; last_version counts its published versions.
CREATE TABLE price_books (
    territory_id text NOT NULL,
    price_book_id uuid NOT NULL,
    issuer_id uuid NOT NULL,
    last_version integer NOT NULL,
    PRIMARY KEY (territory_id, price_book_id),
    CONSTRAINT price_books_issuer_exists FOREIGN KEY (territory_id, issuer_id) REFERENCES issuers
);
CALL chassis_protect('price_books');

CREATE TABLE price_versions (
    territory_id text NOT NULL,
    price_book_id uuid NOT NULL,
    version integer NOT NULL CONSTRAINT price_versions_from_one CHECK (version >= 1),
    name text NOT NULL,
    valid_from date NOT NULL,
    currency text NOT NULL,
    deliberation jsonb,
    published_at timestamptz NOT NULL,
    PRIMARY KEY (territory_id, price_book_id, version),
    CONSTRAINT price_versions_book_exists FOREIGN KEY (territory_id, price_book_id) REFERENCES price_books
);
CALL chassis_protect('price_versions');
CALL append_only('price_versions');

-- audience '' is everyone who has no price of their own.
CREATE TABLE prices (
    territory_id text NOT NULL,
    price_book_id uuid NOT NULL,
    version integer NOT NULL,
    price_code text NOT NULL,
    audience text NOT NULL,
    content jsonb NOT NULL,
    PRIMARY KEY (territory_id, price_book_id, version, price_code, audience),
    CONSTRAINT prices_version_exists FOREIGN KEY (territory_id, price_book_id, version)
        REFERENCES price_versions
);
CALL chassis_protect('prices');
CALL append_only('prices');

-- A price code has one seller in a territory, so that what is used has one price.
CREATE TABLE price_codes (
    territory_id text NOT NULL,
    price_code text NOT NULL,
    price_book_id uuid NOT NULL,
    PRIMARY KEY (territory_id, price_code),
    CONSTRAINT price_codes_book_exists FOREIGN KEY (territory_id, price_book_id) REFERENCES price_books
);
CALL chassis_protect('price_codes');
