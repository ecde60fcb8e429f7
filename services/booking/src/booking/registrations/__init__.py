"""Who has seats in a session, who is offered some and who waits."""
