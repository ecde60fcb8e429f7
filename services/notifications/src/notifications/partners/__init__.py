"""Partners: whose systems read events, with which keys, under which agreements."""
