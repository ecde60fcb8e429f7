"""Runs membership: `python -m membership [api|worker|relay|migrate]`."""

from membership.app import service

service.main()
