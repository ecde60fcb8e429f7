"""Names of the persons a territory knows, sealed, for showing to its staff."""
