"""Requests that somebody decides on: staff, or whom the decision was delegated to."""
