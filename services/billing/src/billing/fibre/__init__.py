"""Fibre lines: from the qualification of an address to the activation, and the monthly fee."""
