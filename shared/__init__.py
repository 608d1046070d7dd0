"""What both sides agree on: values, rows, the store, the order of the stages, settings, tokens."""
