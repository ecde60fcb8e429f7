"""Places that services are rendered at, as membership tells of them."""
