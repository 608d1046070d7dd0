"""How the help texts of each family are laid out."""
