"""What a controller may let a person do while there is no link: signed, for a day at most."""
