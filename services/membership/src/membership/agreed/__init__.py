"""What was agreed for a membership from a day on: plan, audience, funding, seats."""
