"""What goes wrong at machines."""
