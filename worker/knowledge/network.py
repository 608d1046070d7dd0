"""How tools and their libraries say that there is no network."""

from __future__ import annotations

import re

_NO_NETWORK = re.compile(
    r"name or service not known|could(?: not|n't) resolve|temporary failure in name resolution"
    r"|network is (?:unreachable|down)|connection refused|failed to establish a new connection|no such host"
    r"|\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH)\b",
    re.IGNORECASE,
)


def lacks_network(text: str) -> bool:
    """Tell whether somebody says that a host was not found or not reached."""
    return _NO_NETWORK.search(text) is not None
