"""Accounts: signing in by mail, staying signed in, and who one is."""
