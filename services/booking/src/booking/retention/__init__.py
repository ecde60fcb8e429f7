"""What is kept no longer than it serves: the names of visitors and of who sent a parcel."""
