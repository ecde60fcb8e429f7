"""What came free is offered to who waits: to one after the other, each for a limited time."""
