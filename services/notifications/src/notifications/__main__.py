"""Runs notifications: `python -m notifications [api|worker|relay|migrate]`."""

from notifications.app import service

service.main()
