"""Who waits for what is taken, in order, and what is offered to whom."""
