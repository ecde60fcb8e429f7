"""Issuers: the legal sellers of a territory, and the regime under which each collects."""
