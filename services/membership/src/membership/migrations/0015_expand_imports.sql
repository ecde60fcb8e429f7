-- Files of another system that are brought over. What their lines say is sealed under the key of the import,
-- which is forgotten thirty days after the last of them was looked at.
CREATE TABLE imports (
    territory_id text NOT NULL,
    import_id uuid NOT NULL,
    kind text NOT NULL,
    state text NOT NULL CONSTRAINT imports_state_known CHECK (
        state IN ('announced', 'checking', 'checked', 'running', 'done', 'undoing', 'undone')),
    announced_at timestamptz NOT NULL,
    announced_by uuid NOT NULL,
    wrapped_key bytea,
    encoding text,
    separator text,
    titles jsonb,
    places jsonb,
    CONSTRAINT imports_id_taken PRIMARY KEY (territory_id, import_id)
);
CREATE INDEX imports_by_time ON imports (territory_id, announced_at, import_id);

-- One row per line. `says` are keyed hashes of what no two lines may share; `made` are the ids of what the line
-- brought in. `party_id` is whom it is about, `reference` how the other system calls them, as a keyed hash.
CREATE TABLE import_lines (
    territory_id text NOT NULL,
    import_id uuid NOT NULL,
    line integer NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CONSTRAINT import_lines_state_known CHECK (
        state IN ('waiting', 'sound', 'damaged', 'brought', 'undone', 'kept')),
    content bytea,
    findings bytea,
    says bytea[] NOT NULL DEFAULT '{}',
    party_id uuid,
    reference bytea,
    made jsonb,
    booked_at timestamptz,
    invoiced_at timestamptz,
    PRIMARY KEY (territory_id, import_id, line),
    FOREIGN KEY (territory_id, import_id) REFERENCES imports
);
CREATE INDEX import_lines_in_state ON import_lines (territory_id, import_id, state, line);
CREATE INDEX import_lines_of_party ON import_lines (territory_id, party_id) WHERE state = 'brought';
CREATE UNIQUE INDEX import_lines_reference_taken ON import_lines (territory_id, reference)
    WHERE state IN ('brought', 'kept') AND reference IS NOT NULL;

CALL chassis_protect('imports');
CALL chassis_protect('import_lines');
