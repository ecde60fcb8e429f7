"""The register of processing: what the platform's events say of persons, for what, on which basis."""
