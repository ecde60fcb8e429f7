"""Who buys: persons and organisations, as membership tells of them, and who may act for them."""
