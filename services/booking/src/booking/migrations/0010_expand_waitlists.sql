-- How long a site keeps what it offers to who waits, and how long before the start no offer lasts any more.
ALTER TABLE booking_rules
    ADD COLUMN offer_minutes integer NOT NULL DEFAULT 60,
    ADD COLUMN offer_margin_minutes integer NOT NULL DEFAULT 15;

-- Who waits for what: some minutes inside one of the windows. An entry is offered one place at most, which is
-- a booking; starts_at and ends_at span the windows, for reads that row security keeps from range operators.
CREATE TABLE waitlist_entries (
    territory_id text NOT NULL,
    entry_id uuid NOT NULL,
    state text NOT NULL CONSTRAINT waitlist_entries_state_known CHECK (
        state IN ('waiting', 'offered', 'accepted', 'declined', 'expired', 'left', 'ended')),
    site_id uuid NOT NULL,
    kind text NOT NULL,
    resource_id uuid,
    windows tstzmultirange NOT NULL,
    starts_at timestamptz NOT NULL GENERATED ALWAYS AS (lower(windows)) STORED,
    ends_at timestamptz NOT NULL GENERATED ALWAYS AS (upper(windows)) STORED,
    minutes integer NOT NULL,
    person_id uuid NOT NULL,
    attendees integer,
    membership_id uuid,
    audience text,
    payer_person_id uuid,
    payer_organisation_id uuid,
    by_desk boolean NOT NULL,
    joined_at timestamptz NOT NULL,
    passed_over text,
    booking_id uuid,
    offer_expires_at timestamptz,
    PRIMARY KEY (territory_id, entry_id),
    CONSTRAINT waitlist_entries_site_exists FOREIGN KEY (territory_id, site_id) REFERENCES sites,
    CONSTRAINT waitlist_entries_resource_exists FOREIGN KEY (territory_id, resource_id) REFERENCES resources,
    CONSTRAINT waitlist_entries_booking_exists FOREIGN KEY (territory_id, booking_id) REFERENCES bookings,
    CONSTRAINT waitlist_entries_offer_is_whole CHECK ((booking_id IS NULL) = (offer_expires_at IS NULL)),
    CONSTRAINT waitlist_entries_offered_has_offer CHECK (state <> 'offered' OR booking_id IS NOT NULL),
    CONSTRAINT waitlist_entries_one_wish EXCLUDE USING gist (
        territory_id WITH =, person_id WITH =, kind WITH =, windows WITH &&
    ) WHERE (state IN ('waiting', 'offered'))
);
CREATE INDEX waitlist_entries_of_site ON waitlist_entries (territory_id, site_id, ends_at);
CREATE INDEX waitlist_entries_of_person ON waitlist_entries (territory_id, person_id, joined_at, entry_id);
CREATE UNIQUE INDEX waitlist_entries_of_booking ON waitlist_entries (territory_id, booking_id)
    WHERE booking_id IS NOT NULL;
CALL chassis_protect('waitlist_entries');
