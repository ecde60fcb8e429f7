-- What a person chose about one kind of message on one channel; without a row, the message comes.
CREATE TABLE preferences (
    territory_id text NOT NULL,
    person_id uuid NOT NULL,
    kind text NOT NULL,
    channel text NOT NULL,
    wanted boolean NOT NULL,
    PRIMARY KEY (territory_id, person_id, kind, channel)
);
CALL chassis_protect('preferences');

-- What an event gives cause to say, once for each template: the event's data, in which no name stands in clear.
CREATE TABLE notices (
    territory_id text NOT NULL,
    notice_id uuid NOT NULL,
    event_id uuid NOT NULL,
    event_type text NOT NULL,
    aggregate_id text NOT NULL,
    site_id text,
    template text NOT NULL,
    person_id uuid,
    organisation_id uuid,
    content jsonb NOT NULL,
    recorded_at timestamptz NOT NULL,
    noticed_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'waiting'
        CONSTRAINT notices_state_known CHECK (state IN ('waiting', 'told', 'unaddressed')),
    PRIMARY KEY (territory_id, notice_id),
    CONSTRAINT notices_same_event_twice UNIQUE (territory_id, event_id, template),
    CONSTRAINT notices_one_party CHECK ((person_id IS NULL) <> (organisation_id IS NULL))
);
CALL chassis_protect('notices');

-- One notice to one person by one channel; its text is written when it is sent or read, never kept.
CREATE TABLE messages (
    territory_id text NOT NULL,
    message_id uuid NOT NULL,
    notice_id uuid NOT NULL,
    person_id uuid NOT NULL,
    channel text NOT NULL CONSTRAINT messages_channel_known CHECK (channel IN ('mail', 'inbox')),
    language text NOT NULL,
    state text NOT NULL CONSTRAINT messages_state_known CHECK (state IN ('queued', 'sent', 'failed')),
    reason text,
    attempts integer NOT NULL DEFAULT 0,
    queued_at timestamptz NOT NULL,
    settled_at timestamptz,
    read_at timestamptz,
    PRIMARY KEY (territory_id, message_id),
    CONSTRAINT messages_unknown_notice FOREIGN KEY (territory_id, notice_id) REFERENCES notices,
    CONSTRAINT messages_same_notice_twice UNIQUE (territory_id, notice_id, person_id, channel),
    CONSTRAINT messages_reason_of_failure CHECK ((state = 'failed') = (reason IS NOT NULL))
);
CREATE INDEX messages_in_order ON messages (territory_id, queued_at DESC, message_id DESC);
CREATE INDEX messages_of_person ON messages (territory_id, person_id, queued_at DESC, message_id DESC)
    WHERE channel = 'inbox';
CALL chassis_protect('messages');
