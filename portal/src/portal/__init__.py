"""The pages of Maillage: a client of the services, with no data of its own."""
