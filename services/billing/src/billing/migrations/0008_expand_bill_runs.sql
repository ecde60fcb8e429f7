CREATE TABLE bill_runs (
    territory_id text NOT NULL,
    bill_run_id uuid NOT NULL,
    state text NOT NULL CONSTRAINT bill_runs_state_known CHECK (
        state IN ('planned', 'released', 'sealing', 'sealed')),
    issuer_id uuid NOT NULL,
    cut_off_on date NOT NULL,
    plan_digest text NOT NULL,
    planned_by uuid NOT NULL,
    planned_at timestamptz NOT NULL,
    released_by uuid,
    issued_on date,
    PRIMARY KEY (territory_id, bill_run_id),
    CONSTRAINT bill_runs_issuer_exists FOREIGN KEY (territory_id, issuer_id) REFERENCES issuers,
    CONSTRAINT bill_runs_released_by_one CHECK (released_by <> planned_by),
    CONSTRAINT bill_runs_released CHECK ((state = 'planned') = (released_by IS NULL)),
    CONSTRAINT bill_runs_dated CHECK ((state IN ('sealing', 'sealed')) = (issued_on IS NOT NULL))
);
CREATE INDEX bill_runs_by_time ON bill_runs (territory_id, planned_at, bill_run_id);
CALL chassis_protect('bill_runs');

-- The invoices that a run plans, in the order in which they are numbered; a blocked one says why.
CREATE TABLE planned_invoices (
    territory_id text NOT NULL,
    bill_run_id uuid NOT NULL,
    place integer NOT NULL,
    invoice_id uuid NOT NULL,
    customer jsonb NOT NULL,
    price_mode text NOT NULL,
    charge_ids uuid[] NOT NULL,
    net_minor bigint NOT NULL,
    vat_minor bigint NOT NULL,
    blocked text,
    number text,
    PRIMARY KEY (territory_id, bill_run_id, place),
    CONSTRAINT planned_invoices_run_exists FOREIGN KEY (territory_id, bill_run_id) REFERENCES bill_runs,
    CONSTRAINT planned_invoices_blocked CHECK (blocked IS NULL OR number IS NULL)
);
CALL chassis_protect('planned_invoices');
