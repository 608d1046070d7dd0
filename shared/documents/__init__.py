"""The documents that others read and write: JSON and YAML, with their schemas."""
