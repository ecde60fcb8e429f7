"""Visitors: who comes to see whom, who of them is inside."""
