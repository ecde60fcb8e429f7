"""`python -m maillage`: the same command as `maillage`."""

from maillage.cli import app

app()
