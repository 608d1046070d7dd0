"""The commands, by what they are for: make jobs, follow them, look at results, set up, operate."""
