"""How command-line tools speak and what they eat; pure."""
