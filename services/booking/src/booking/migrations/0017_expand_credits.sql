-- Lots of credits: what a pass sold by billing opens, for whom, until when. What is left stands in the ledger.
CREATE TABLE credit_lots (
    territory_id text NOT NULL,
    lot_id uuid NOT NULL,
    site_id uuid NOT NULL,
    person_id uuid,
    organisation_id uuid,
    name jsonb NOT NULL,
    unit text NOT NULL,
    units numeric NOT NULL CONSTRAINT credit_lots_empty CHECK (units > 0),
    resource_kinds text[] NOT NULL,
    site_ids uuid[] NOT NULL,
    price_codes text[] NOT NULL,
    valid_from date NOT NULL,
    valid_until date NOT NULL,
    zone text NOT NULL,
    grace_days integer NOT NULL,
    state text NOT NULL CONSTRAINT credit_lots_state_known CHECK (state IN ('open', 'expired', 'closed')),
    opened_at timestamptz NOT NULL,
    PRIMARY KEY (territory_id, lot_id),
    CONSTRAINT credit_lots_site_exists FOREIGN KEY (territory_id, site_id) REFERENCES sites,
    CONSTRAINT credit_lots_holder_is_one CHECK ((person_id IS NULL) <> (organisation_id IS NULL)),
    CONSTRAINT credit_lots_never_valid CHECK (valid_from < valid_until)
);
CREATE INDEX credit_lots_of_person ON credit_lots (territory_id, person_id) WHERE person_id IS NOT NULL;
CREATE INDEX credit_lots_of_organisation ON credit_lots (territory_id, organisation_id)
    WHERE organisation_id IS NOT NULL;
CALL chassis_protect('credit_lots');

-- The ledger: each row continues the one before it by key, so that the sum of a lot's rows is its last
-- balance, never below zero, and no two rows continue the same one.
CREATE TABLE credit_entries (
    territory_id text NOT NULL,
    lot_id uuid NOT NULL,
    seq integer NOT NULL,
    previous integer GENERATED ALWAYS AS (nullif(seq - 1, 0)) STORED,
    kind text NOT NULL CONSTRAINT credit_entries_kind_known CHECK (
        kind IN ('opened', 'spent', 'restored', 'expired', 'closed')),
    units numeric NOT NULL CONSTRAINT credit_entries_signed CHECK (
        units <> 0 AND (units > 0) = (kind IN ('opened', 'restored'))),
    balance_before numeric NOT NULL,
    balance numeric NOT NULL CONSTRAINT credit_entries_below_zero CHECK (balance >= 0),
    booking_id uuid,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT credit_entries_forked PRIMARY KEY (territory_id, lot_id, seq),
    CONSTRAINT credit_entries_balance_kept UNIQUE (territory_id, lot_id, seq, balance),
    CONSTRAINT credit_entries_lot_exists FOREIGN KEY (territory_id, lot_id) REFERENCES credit_lots,
    CONSTRAINT credit_entries_continued FOREIGN KEY (territory_id, lot_id, previous, balance_before)
        REFERENCES credit_entries (territory_id, lot_id, seq, balance),
    CONSTRAINT credit_entries_summed CHECK (balance = balance_before + units),
    CONSTRAINT credit_entries_from_one CHECK (seq > 1 OR (seq = 1 AND kind = 'opened' AND balance_before = 0)),
    CONSTRAINT credit_entries_booked CHECK ((booking_id IS NOT NULL) = (kind IN ('spent', 'restored'))),
    CONSTRAINT credit_entries_booking_exists FOREIGN KEY (territory_id, booking_id) REFERENCES bookings
);
CREATE INDEX credit_entries_of_booking ON credit_entries (territory_id, booking_id)
    WHERE booking_id IS NOT NULL;
CALL chassis_protect('credit_entries');

DO $$ BEGIN EXECUTE format('REVOKE UPDATE, DELETE ON credit_entries FROM %I', chassis_service() || '_app'); END $$;
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are final', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER final BEFORE UPDATE OR DELETE ON credit_entries FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Territories in which credits are taken before what a plan includes; elsewhere the plan comes first.
CREATE TABLE payment_orders (
    territory_id text NOT NULL,
    ways text[] NOT NULL CONSTRAINT payment_orders_known CHECK (
        ways IN ('{plan,credits,money}', '{credits,plan,money}')),
    PRIMARY KEY (territory_id)
);
CALL chassis_protect('payment_orders');
