"""What seats in sessions cost, as booking tells of them."""
