-- The next number of each series, and the day of the last one: drawn in the transaction that seals.
CREATE TABLE number_series (
    territory_id text NOT NULL,
    issuer_id uuid NOT NULL,
    kind text NOT NULL,
    year integer NOT NULL,
    last_no integer NOT NULL,
    last_issued_on date NOT NULL,
    PRIMARY KEY (territory_id, issuer_id, kind, year),
    CONSTRAINT number_series_issuer_exists FOREIGN KEY (territory_id, issuer_id) REFERENCES issuers
);
CALL chassis_protect('number_series');

-- The end of the chain of an issuer's documents; each document's hash covers that of the one before.
CREATE TABLE document_chains (
    territory_id text NOT NULL,
    issuer_id uuid NOT NULL,
    length bigint NOT NULL,
    last_hash text NOT NULL,
    PRIMARY KEY (territory_id, issuer_id),
    CONSTRAINT document_chains_issuer_exists FOREIGN KEY (territory_id, issuer_id) REFERENCES issuers
);
CALL chassis_protect('document_chains');

-- Issued invoices, final. `content` is the very text that the hash covers.
CREATE TABLE invoices (
    territory_id text NOT NULL,
    invoice_id uuid NOT NULL,
    issuer_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    bill_run_id uuid,
    kind text NOT NULL,
    year integer NOT NULL,
    no integer NOT NULL,
    number text NOT NULL,
    issued_on date NOT NULL,
    content text NOT NULL,
    link bigint NOT NULL,
    previous_hash text NOT NULL,
    hash text NOT NULL,
    document_digest text NOT NULL,
    sealed_at timestamptz NOT NULL,
    PRIMARY KEY (territory_id, invoice_id),
    CONSTRAINT invoices_numbered_twice UNIQUE (territory_id, issuer_id, kind, year, no),
    CONSTRAINT invoices_linked_twice UNIQUE (territory_id, issuer_id, link),
    CONSTRAINT invoices_issuer_exists FOREIGN KEY (territory_id, issuer_id) REFERENCES issuers
);
CREATE INDEX invoices_by_time ON invoices (territory_id, sealed_at, invoice_id);
CREATE INDEX invoices_of_customer ON invoices (territory_id, customer_id, sealed_at, invoice_id);
CALL chassis_protect('invoices');
CALL append_only('invoices');

CREATE TABLE invoice_files (
    territory_id text NOT NULL,
    invoice_id uuid NOT NULL,
    pdf bytea NOT NULL,
    PRIMARY KEY (territory_id, invoice_id),
    CONSTRAINT invoice_files_invoice_exists FOREIGN KEY (territory_id, invoice_id) REFERENCES invoices
);
CALL chassis_protect('invoice_files');
CALL append_only('invoice_files');
