"""What a resource asks for and costs as a machine."""
