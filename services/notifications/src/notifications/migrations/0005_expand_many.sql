-- A notice may be for many: then its content names them, and neither a person nor an organisation stands here.
ALTER TABLE notices DROP CONSTRAINT notices_one_party;
ALTER TABLE notices ADD CONSTRAINT notices_one_party_at_most CHECK (num_nonnulls(person_id, organisation_id) < 2);
