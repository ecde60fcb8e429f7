"""Whom messages reach: sealed names and addresses, and who stands for an organisation."""
