"""Machines in use: begun, watched and ended, with what was used up."""
