"""Documents that prove an audience: sealed under the person's key, looked at by staff, each look noted."""
