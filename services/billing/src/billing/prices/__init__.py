"""Price books: versions that never change, and the price that holds on a day."""
