-- Passes that were sold: `content` is the pass as its sale told it.
CREATE TABLE passes (
    territory_id text NOT NULL,
    sale_id uuid NOT NULL,
    site_id uuid NOT NULL,
    holder_id uuid NOT NULL,
    payer_id uuid NOT NULL,
    state text NOT NULL CONSTRAINT passes_state_known CHECK (state IN ('sold', 'cancelling', 'cancelled')),
    content jsonb NOT NULL,
    reason text,
    sold_at timestamptz NOT NULL,
    PRIMARY KEY (territory_id, sale_id),
    CONSTRAINT passes_site_exists FOREIGN KEY (territory_id, site_id) REFERENCES sites,
    CONSTRAINT passes_cancelled_for_a_reason CHECK ((state = 'sold') OR (reason IS NOT NULL))
);
CREATE INDEX passes_of_site ON passes (territory_id, site_id, sold_at, sale_id);
CREATE INDEX passes_of_holder ON passes (territory_id, holder_id, sold_at, sale_id);
CREATE INDEX passes_of_payer ON passes (territory_id, payer_id, sold_at, sale_id);
CALL chassis_protect('passes');

-- What booking told of their units, once per fact: the sums are the same in whatever order it is heard.
CREATE TABLE pass_moves (
    territory_id text NOT NULL,
    sale_id uuid NOT NULL,
    event_id uuid NOT NULL,
    kind text NOT NULL CONSTRAINT pass_moves_kind_known CHECK (
        kind IN ('spent', 'restored', 'expired', 'closed')),
    units numeric NOT NULL CONSTRAINT pass_moves_nothing CHECK (units > 0),
    PRIMARY KEY (territory_id, sale_id, event_id),
    CONSTRAINT pass_moves_pass_exists FOREIGN KEY (territory_id, sale_id) REFERENCES passes
);
CALL chassis_protect('pass_moves');
CALL append_only('pass_moves');
