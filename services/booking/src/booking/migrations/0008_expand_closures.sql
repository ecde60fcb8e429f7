-- Days unlike the others. An exception replaces the weekly hours of one day; owner_id is a resource, or the
-- site itself. `weekly` holds its openings under the weekday of the day, as opening_hours does; none means
-- closed. Without a subscription it was made by hand, and no subscription touches it.
CREATE TABLE opening_exceptions (
    territory_id text NOT NULL,
    owner_id uuid NOT NULL,
    day date NOT NULL,
    site_id uuid NOT NULL,
    weekly jsonb NOT NULL,
    reason text NOT NULL,
    subscription_id uuid,
    PRIMARY KEY (territory_id, owner_id, day),
    CONSTRAINT opening_exceptions_site_exists FOREIGN KEY (territory_id, site_id) REFERENCES sites
);
CREATE INDEX opening_exceptions_of_site ON opening_exceptions (territory_id, site_id, day);
CALL chassis_protect('opening_exceptions');

-- A site, or a resource with all it is made of, closed for a while. Lifted ones are kept.
CREATE TABLE closures (
    territory_id text NOT NULL,
    closure_id uuid NOT NULL,
    site_id uuid NOT NULL,
    resource_id uuid,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    reason text NOT NULL,
    staff_may_override boolean NOT NULL,
    lifted_at timestamptz,
    PRIMARY KEY (territory_id, closure_id),
    CONSTRAINT closures_site_exists FOREIGN KEY (territory_id, site_id) REFERENCES sites,
    CONSTRAINT closures_resource_exists FOREIGN KEY (territory_id, resource_id) REFERENCES resources,
    CONSTRAINT closures_empty CHECK (starts_at < ends_at)
);
CREATE INDEX closures_of_site ON closures (territory_id, site_id, ends_at, closure_id) WHERE lifted_at IS NULL;
CALL chassis_protect('closures');

-- Sets of days that staff brought in, and which sets a site follows. `openings` is empty where it closes.
CREATE TABLE imported_sets (
    territory_id text NOT NULL,
    set_id uuid NOT NULL,
    name text NOT NULL,
    days jsonb NOT NULL,
    imported_at timestamptz NOT NULL,
    PRIMARY KEY (territory_id, set_id)
);
CALL chassis_protect('imported_sets');

CREATE TABLE closure_subscriptions (
    territory_id text NOT NULL,
    subscription_id uuid NOT NULL,
    site_id uuid NOT NULL,
    closure_set text NOT NULL,
    area text,
    set_id uuid,
    openings jsonb NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (territory_id, subscription_id),
    CONSTRAINT closure_subscriptions_site_exists FOREIGN KEY (territory_id, site_id) REFERENCES sites,
    CONSTRAINT closure_subscriptions_set_exists FOREIGN KEY (territory_id, set_id) REFERENCES imported_sets,
    CONSTRAINT closure_subscriptions_set_named CHECK ((closure_set = 'imported') = (set_id IS NOT NULL))
);
CREATE INDEX closure_subscriptions_of_site ON closure_subscriptions (territory_id, site_id)
    WHERE ended_at IS NULL;
CALL chassis_protect('closure_subscriptions');
