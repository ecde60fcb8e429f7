"""Roles: who may act as what, in a territory, at a site or for an operator."""
