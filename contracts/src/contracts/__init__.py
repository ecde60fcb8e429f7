"""What the services of Maillage say to each other."""
