"""Asks a tool for completions in the protocols of its library: plans of calls, and readers of the answers."""
