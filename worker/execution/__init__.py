"""How calls are made, and what keeps them where they belong."""
