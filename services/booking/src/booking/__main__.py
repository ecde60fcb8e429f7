"""Runs the service: `python -m booking [api|worker|relay|migrate]`."""

from booking.app import service

service.main()
