"""A first profile for a gateway: what its owner says, what one look at it shows, and the file that follows."""
