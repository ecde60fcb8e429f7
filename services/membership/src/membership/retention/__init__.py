"""What is kept no longer than it serves: accounts nobody uses, documents that have been decided upon."""
