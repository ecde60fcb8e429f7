"""Credits: the units of passes, spent in the transaction that takes the resource, and given back."""
