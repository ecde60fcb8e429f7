-- Double entry: an entry and its postings are final, and debits equal credits when the transaction ends.
CREATE TABLE journal_entries (
    territory_id text NOT NULL,
    entry_id uuid NOT NULL,
    issuer_id uuid NOT NULL,
    kind text NOT NULL,
    cause_id uuid NOT NULL,
    effective_on date NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (territory_id, entry_id),
    CONSTRAINT journal_entries_issuer_exists FOREIGN KEY (territory_id, issuer_id) REFERENCES issuers
);
CREATE INDEX journal_entries_by_time ON journal_entries (territory_id, issuer_id, recorded_at, entry_id);
CALL chassis_protect('journal_entries');
CALL append_only('journal_entries');

-- party_id is nil where an account has no party.
CREATE TABLE postings (
    territory_id text NOT NULL,
    entry_id uuid NOT NULL,
    place integer NOT NULL,
    account text NOT NULL,
    party_id uuid NOT NULL,
    side text NOT NULL CONSTRAINT postings_side_known CHECK (side IN ('debit', 'credit')),
    minor bigint NOT NULL CONSTRAINT postings_not_positive CHECK (minor > 0),
    currency text NOT NULL,
    PRIMARY KEY (territory_id, entry_id, place),
    CONSTRAINT postings_entry_exists FOREIGN KEY (territory_id, entry_id) REFERENCES journal_entries
);
CALL chassis_protect('postings');
CALL append_only('postings');

CREATE FUNCTION refuse_imbalance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM postings p
                   WHERE p.territory_id = NEW.territory_id AND p.entry_id = NEW.entry_id)
        OR EXISTS (SELECT FROM postings p
                   WHERE p.territory_id = NEW.territory_id AND p.entry_id = NEW.entry_id
                   GROUP BY p.currency
                   HAVING sum(CASE p.side WHEN 'debit' THEN p.minor ELSE -p.minor END) <> 0) THEN
        RAISE EXCEPTION 'entry % does not balance', NEW.entry_id USING ERRCODE = 'check_violation',
            CONSTRAINT = 'journal_entries_unbalanced';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON journal_entries DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_imbalance();
CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON postings DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_imbalance();

-- The sums of the postings, kept in the same transaction.
CREATE TABLE ledger_balances (
    territory_id text NOT NULL,
    issuer_id uuid NOT NULL,
    account text NOT NULL,
    party_id uuid NOT NULL,
    currency text NOT NULL,
    debit_minor bigint NOT NULL,
    credit_minor bigint NOT NULL,
    PRIMARY KEY (territory_id, issuer_id, account, party_id, currency)
);
CALL chassis_protect('ledger_balances');
