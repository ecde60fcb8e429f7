"""The maintenance of machines: by which rules it is due, when it was done, and what may not be started."""
