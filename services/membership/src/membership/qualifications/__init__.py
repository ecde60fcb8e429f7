"""Qualifications for classes of machines: awarded, renewed, revoked, ended by time or for want of use."""
