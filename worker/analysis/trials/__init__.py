"""Trying out the options of a tool: what takes a value, which values, and what the documentation leaves out."""
