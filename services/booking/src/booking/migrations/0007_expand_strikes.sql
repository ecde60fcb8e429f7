-- No-shows that count against a person; an appeal lifts one.
CREATE TABLE strikes (
    territory_id text NOT NULL,
    booking_id uuid NOT NULL,
    person_id uuid NOT NULL,
    site_id uuid NOT NULL,
    struck_on date NOT NULL,
    lifted_at timestamptz,
    lift_reason text,
    PRIMARY KEY (territory_id, booking_id),
    CONSTRAINT strikes_booking_exists FOREIGN KEY (territory_id, booking_id) REFERENCES bookings,
    CONSTRAINT strikes_lifted_with_reason CHECK ((lifted_at IS NULL) = (lift_reason IS NULL))
);
CREATE INDEX strikes_of_person ON strikes (territory_id, person_id, struck_on, booking_id);
CREATE INDEX strikes_of_site ON strikes (territory_id, site_id, struck_on, booking_id);
CALL chassis_protect('strikes');

-- What quotas count beside the bookings of a person and of a site.
CREATE INDEX bookings_of_payer ON bookings (territory_id, payer_organisation_id, starts_on)
    WHERE payer_organisation_id IS NOT NULL;
CREATE INDEX bookings_of_plan ON bookings (territory_id, plan_id, starts_on) WHERE plan_id IS NOT NULL;
CREATE INDEX bookings_by_day ON bookings (territory_id, starts_on);
