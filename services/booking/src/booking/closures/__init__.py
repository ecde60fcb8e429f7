"""What is closed for a while, and how that is judged: a site, or a resource with all it is made of."""
