-- Who wished whom to be erased, and how far that is. They are the platform's rows, since persons belong to no
-- territory; `siren` is the territory where it was asked for, `territories` all that know the person.
CREATE TABLE erasures (
    territory_id text NOT NULL,
    erasure_id uuid NOT NULL,
    person_id uuid NOT NULL,
    siren text NOT NULL,
    asked_by uuid NOT NULL,
    confirmed_by uuid,
    state text NOT NULL CONSTRAINT erasures_state_known CHECK (
        state IN ('asked', 'checking', 'held', 'erasing', 'done')),
    territories text[] NOT NULL,
    asked_at timestamptz NOT NULL,
    erased_at timestamptz,
    completed_at timestamptz,
    CONSTRAINT erasures_id_taken PRIMARY KEY (territory_id, erasure_id),
    CONSTRAINT erasures_confirmed_by_another CHECK (confirmed_by <> asked_by)
);
CREATE UNIQUE INDEX erasures_under_way ON erasures (territory_id, person_id) WHERE state <> 'held';
CREATE INDEX erasures_in_order ON erasures (territory_id, siren, asked_at DESC, erasure_id DESC);

-- What each service said: first what holds the erasure up, then what is gone and what is kept.
CREATE TABLE erasure_answers (
    territory_id text NOT NULL,
    erasure_id uuid NOT NULL,
    service text NOT NULL,
    kind text NOT NULL CONSTRAINT erasure_answers_kind_known CHECK (kind IN ('check', 'receipt')),
    answer jsonb NOT NULL,
    answered_at timestamptz NOT NULL,
    PRIMARY KEY (territory_id, erasure_id, service, kind),
    FOREIGN KEY (territory_id, erasure_id) REFERENCES erasures
);

CALL chassis_protect('erasures');
CALL chassis_protect('erasure_answers');

-- Why somebody opened a document of an erased person may name that person.
GRANT UPDATE (why) ON document_views TO membership_app;
