"""A line of a file as what it says: a company, a member, a plan given, a balance."""
