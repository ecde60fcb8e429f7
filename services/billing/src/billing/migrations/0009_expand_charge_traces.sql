-- The trace of the change that made a charge, where that trace is kept: what becomes of the charge weeks later,
-- by another command, is noted in it.
ALTER TABLE charges ADD COLUMN traceparent text;
