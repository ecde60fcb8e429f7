-- What proves an audience. The name of the file and its content are sealed under the person's key.
CREATE TABLE documents (
    territory_id text NOT NULL,
    document_id uuid NOT NULL,
    person_id uuid NOT NULL,
    audience text NOT NULL,
    kind text NOT NULL,
    file_name text NOT NULL,
    media_type text,
    size integer,
    content bytea,
    state text NOT NULL CONSTRAINT documents_state_known CHECK (
        state IN ('announced', 'submitted', 'accepted', 'refused')),
    valid_until date,
    reason text,
    announced_at timestamptz NOT NULL,
    submitted_at timestamptz,
    decided_at timestamptz,
    decided_by uuid,
    CONSTRAINT documents_id_taken PRIMARY KEY (territory_id, document_id),
    CONSTRAINT documents_accepted_until CHECK ((state = 'accepted') = (valid_until IS NOT NULL)),
    CONSTRAINT documents_refused_why CHECK ((state = 'refused') = (reason IS NOT NULL)),
    CONSTRAINT documents_there CHECK ((state <> 'announced') <= (content IS NOT NULL AND media_type IS NOT NULL))
);
CREATE INDEX documents_of_person ON documents (territory_id, person_id, audience);
CREATE INDEX documents_in_state ON documents (territory_id, state, announced_at, document_id);

-- Who opened which document, when and why.
CREATE TABLE document_views (
    territory_id text NOT NULL,
    view_id uuid NOT NULL,
    document_id uuid NOT NULL,
    viewer_id uuid NOT NULL,
    why text NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (territory_id, view_id),
    FOREIGN KEY (territory_id, document_id) REFERENCES documents
);
CREATE INDEX document_views_by_time ON document_views (territory_id, document_id, seen_at, view_id);

CALL chassis_protect('documents');
CALL chassis_protect('document_views');
REVOKE UPDATE, DELETE ON document_views FROM membership_app;
