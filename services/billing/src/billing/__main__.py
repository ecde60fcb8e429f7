"""Runs billing: `python -m billing [api|worker|relay|migrate]`."""

from billing.app import service

service.main()
