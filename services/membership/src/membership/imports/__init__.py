"""Imports: what another system kept, brought over file by file, and taken back as a whole."""
