"""What runs inside a sandbox, beside the tool: the standard library alone, Python 3.9 and later, few imports."""
