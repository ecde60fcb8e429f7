-- Who came to which half-day, as it was noted or signed: rows are added, the last one holds. guest 0 is who
-- registered; the typed name is sealed under that person's key.
CREATE TABLE attendances (
    territory_id text NOT NULL,
    attendance_id uuid NOT NULL,
    registration_id uuid NOT NULL,
    position integer NOT NULL,
    guest integer NOT NULL,
    present boolean NOT NULL,
    signed text NOT NULL CONSTRAINT attendances_signed_known CHECK (signed IN ('own', 'desk', 'none')),
    signed_as text,
    recorded_by uuid NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (territory_id, attendance_id),
    CONSTRAINT attendances_registration_exists FOREIGN KEY (territory_id, registration_id) REFERENCES registrations,
    CONSTRAINT attendances_signature_has_a_name CHECK ((signed = 'none') = (signed_as IS NULL))
);
CREATE INDEX attendances_of_registration ON attendances (territory_id, registration_id, position, guest, attendance_id);
CALL chassis_protect('attendances');
-- What was signed is never changed or taken away by the service; who corrects it adds a row.
DO $$ BEGIN EXECUTE format('REVOKE UPDATE, DELETE ON attendances FROM %I', chassis_service() || '_app'); END $$;
