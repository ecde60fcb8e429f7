"""What giving a booking up costs, and letting somebody off."""
