"""Reads shell completions: files that are shipped with a tool, and what a tool answers when a shell asks it."""
