"""What may happen in the life of a membership: another plan, a partner, a further term, second thoughts."""
