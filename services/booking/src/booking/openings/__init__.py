"""When resources are open: weekly hours in wall time, inherited from what contains them."""
