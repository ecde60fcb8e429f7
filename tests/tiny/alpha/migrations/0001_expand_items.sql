CREATE TABLE items (
    territory_id text NOT NULL,
    item_id text NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (territory_id, item_id)
);

CREATE TABLE touches (
    territory_id text NOT NULL,
    touch_id uuid NOT NULL,
    item_id text NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (territory_id, touch_id)
);

-- Every effect of every consumer, in order; without a unique constraint, so that a second one shows.
CREATE TABLE journal (
    seq bigint GENERATED ALWAYS AS IDENTITY (CACHE 1),
    territory_id text NOT NULL,
    consumer text NOT NULL,
    topic text NOT NULL,
    item_id text NOT NULL,
    version bigint NOT NULL,
    event_id uuid NOT NULL
);

CALL chassis_protect('items');
CALL chassis_protect('touches');
CALL chassis_protect('journal');
