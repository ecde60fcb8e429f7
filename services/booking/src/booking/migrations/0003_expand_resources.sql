-- What can be booked: a tree per site. leaf_ids are the undivided resources it is made of (itself alone
-- when it has no parts); lineage leads from itself up to its site, for what is inherited.
CREATE TABLE resources (
    territory_id text NOT NULL,
    resource_id uuid NOT NULL,
    site_id uuid NOT NULL,
    parent_id uuid,
    part_ids uuid[] NOT NULL DEFAULT '{}',
    leaf_ids uuid[] NOT NULL,
    lineage uuid[] NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    capacity integer,
    bookable boolean NOT NULL,
    approval_required boolean NOT NULL,
    turnaround_minutes integer NOT NULL,
    price_code text,
    available_from date,
    PRIMARY KEY (territory_id, resource_id),
    CONSTRAINT resources_site_exists FOREIGN KEY (territory_id, site_id) REFERENCES sites,
    CONSTRAINT resources_parent_exists FOREIGN KEY (territory_id, parent_id) REFERENCES resources
);
CREATE INDEX resources_of_site ON resources (territory_id, site_id, name, resource_id);
CREATE INDEX resources_by_name ON resources (territory_id, name, resource_id);
CALL chassis_protect('resources');

-- Weekly hours in wall time of the site; owner_id is a resource, or the site itself.
CREATE TABLE opening_hours (
    territory_id text NOT NULL,
    owner_id uuid NOT NULL,
    site_id uuid NOT NULL,
    valid_from date NOT NULL,
    valid_until date,
    weekly jsonb NOT NULL,
    PRIMARY KEY (territory_id, owner_id, valid_from),
    CONSTRAINT opening_hours_site_exists FOREIGN KEY (territory_id, site_id) REFERENCES sites,
    CONSTRAINT opening_hours_empty CHECK (valid_until > valid_from),
    CONSTRAINT opening_hours_overlap EXCLUDE USING gist (
        territory_id WITH =, owner_id WITH =, daterange(valid_from, valid_until) WITH &&
    ) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX opening_hours_of_site ON opening_hours (territory_id, site_id);
CALL chassis_protect('opening_hours');

CREATE TABLE outages (
    territory_id text NOT NULL,
    resource_id uuid NOT NULL,
    site_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz,
    reason text NOT NULL,
    PRIMARY KEY (territory_id, resource_id, starts_at),
    CONSTRAINT outages_resource_exists FOREIGN KEY (territory_id, resource_id) REFERENCES resources,
    CONSTRAINT outages_empty CHECK (ends_at > starts_at),
    CONSTRAINT outages_overlap EXCLUDE USING gist (
        territory_id WITH =, resource_id WITH =, tstzrange(starts_at, ends_at) WITH &&
    )
);
CREATE INDEX outages_of_site ON outages (territory_id, site_id, starts_at);
CALL chassis_protect('outages');
