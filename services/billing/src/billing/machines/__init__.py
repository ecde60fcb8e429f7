"""What the use of machines costs: its minutes, and what it used up."""
