-- What a resource offers, and what is booked with it for the same time.
ALTER TABLE resources ADD COLUMN features text[] NOT NULL DEFAULT '{}';
ALTER TABLE bookings ADD COLUMN with_resources jsonb NOT NULL DEFAULT '[]';
