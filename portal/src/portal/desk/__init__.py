"""The front desk: taking in who walks in, finding who comes by code, the person's page."""
