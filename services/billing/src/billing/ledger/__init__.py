"""The ledger: entries that are final and balanced, and the balances they add up to."""
