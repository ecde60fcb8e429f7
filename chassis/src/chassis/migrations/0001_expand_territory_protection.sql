-- Row security in one call per table: chassis_protect('bookings').
CREATE FUNCTION chassis_service() RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT regexp_replace(current_user, '_migrator$', '') $$;

-- Enables and forces row security and lets the service's roles work inside the territories of their
-- transaction. With `worker` the worker role sees the table whole; without `app` requests do not touch it.
CREATE PROCEDURE chassis_protect(name text, worker boolean DEFAULT false, app boolean DEFAULT true)
LANGUAGE plpgsql AS $$
DECLARE service text := chassis_service();
BEGIN
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY territory ON %I USING (territory_id = ANY (string_to_array('
                   'current_setting(''app.territories'', true), '','')))', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO %I', name,
                   service || CASE WHEN app THEN '_app' ELSE '_worker' END);
    IF worker THEN
        EXECUTE format('CREATE POLICY chassis ON %I TO %I USING (true)', name, service || '_worker');
    END IF;
END $$;

-- A table without territories, read by all and filled by migrations or imports: named on purpose.
CREATE TABLE reference_table (name text PRIMARY KEY, reason text NOT NULL);

CREATE PROCEDURE chassis_reference(name text, reason text) LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reference_table VALUES (name, reason);
    EXECUTE format('GRANT SELECT ON %I TO %I', name, chassis_service() || '_app');
END $$;

CALL chassis_reference('reference_table', 'the list of tables without territories');
