-- What is due, once per natural key: whose use, of what, in which period. `usage` is what was used, `said`
-- the charge as events tell it, `why` the explanation of its amount. A charge that a released bill run took
-- never changes again.
CREATE TABLE charges (
    territory_id text NOT NULL,
    charge_id uuid NOT NULL,
    source_kind text NOT NULL,
    source_id uuid NOT NULL,
    item text NOT NULL,
    period text NOT NULL,
    state text NOT NULL CONSTRAINT charges_state_known CHECK (
        state IN ('unpriced', 'pending', 'included', 'cancelled', 'waived', 'invoiced')),
    payer_id uuid NOT NULL,
    price_code text,
    issuer_id uuid,
    billable_from date NOT NULL,
    usage jsonb NOT NULL,
    said jsonb,
    why jsonb NOT NULL,
    bill_run_id uuid,
    invoice_id uuid,
    invoice_number text,
    line_number integer,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (territory_id, charge_id),
    CONSTRAINT charges_charged_twice UNIQUE (territory_id, source_kind, source_id, item, period),
    CONSTRAINT charges_priced CHECK ((state IN ('pending', 'invoiced')) <= (said IS NOT NULL)),
    CONSTRAINT charges_invoiced CHECK ((state = 'invoiced') = (invoice_id IS NOT NULL))
);
CREATE INDEX charges_of_payer ON charges (territory_id, payer_id, recorded_at, charge_id);
CREATE INDEX charges_in_state ON charges (territory_id, state, recorded_at, charge_id);
CREATE INDEX charges_by_time ON charges (territory_id, recorded_at, charge_id);
CREATE INDEX charges_billable ON charges (territory_id, issuer_id, billable_from)
    WHERE state = 'pending' AND bill_run_id IS NULL;
CREATE INDEX charges_of_run ON charges (territory_id, bill_run_id) WHERE bill_run_id IS NOT NULL;
CREATE INDEX charges_unpriced ON charges (territory_id, price_code, charge_id) WHERE state = 'unpriced';
CALL chassis_protect('charges');

-- What contradicts a charge and was not applied: for a person to look at, never silent.
CREATE TABLE charge_conflicts (
    territory_id text NOT NULL,
    conflict_id uuid NOT NULL,
    charge_id uuid NOT NULL,
    reason text NOT NULL CONSTRAINT charge_conflicts_reason_known CHECK (
        reason IN ('other_content', 'already_invoiced')),
    event_id uuid NOT NULL,
    usage jsonb NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (territory_id, conflict_id),
    CONSTRAINT charge_conflicts_charge_exists FOREIGN KEY (territory_id, charge_id) REFERENCES charges
);
CREATE INDEX charge_conflicts_by_time ON charge_conflicts (territory_id, recorded_at, conflict_id);
CALL chassis_protect('charge_conflicts');

-- Memberships that are charged cycle by cycle: the last state told, and when the rights rest.
CREATE TABLE subscriptions (
    territory_id text NOT NULL,
    membership_id uuid NOT NULL,
    told jsonb NOT NULL,
    suspensions jsonb NOT NULL,
    event_id uuid NOT NULL,
    PRIMARY KEY (territory_id, membership_id)
);
CALL chassis_protect('subscriptions');
