-- Terms that a membership has from a day on, in place of those it was told with first.
ALTER TABLE subscriptions ADD COLUMN changes jsonb NOT NULL DEFAULT '[]';
