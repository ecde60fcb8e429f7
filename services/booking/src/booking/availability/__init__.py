"""What is free: for a search by period, and as alternatives to what is taken."""
