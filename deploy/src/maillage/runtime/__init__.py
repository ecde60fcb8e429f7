"""The servers and processes that `maillage up` starts: PostgreSQL, Kafka, the mail sink, the services."""
