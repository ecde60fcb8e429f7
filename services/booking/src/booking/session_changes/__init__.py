"""What becomes of a session: its dates moved, all that they need with them, or the whole of it given up."""
