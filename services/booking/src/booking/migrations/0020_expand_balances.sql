-- A balance brought over from another system was sold at no site.
ALTER TABLE credit_lots ALTER COLUMN site_id DROP NOT NULL;
