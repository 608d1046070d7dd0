"""How tools and their libraries say that there is no network."""

from __future__ import annotations

# In small letters; short enough to be looked for while a call runs.
NO_NETWORK = (
    "name or service not known",
    "temporary failure in name resolution",
    "could not resolve",
    "couldn't resolve",
    "failed to establish a new connection",
    "network is unreachable",
    "network is down",
    "connection refused",
    "no such host",
    "couldn't connect to server",
    "getaddrinfo enotfound",
    "getaddrinfo eai_again",
    "connect econnrefused",
    "connect enetunreach",
)


def lacks_network(text: str) -> bool:
    """Tell whether somebody says that a host was not found or not reached."""
    small = text.lower()
    return any(wording in small for wording in NO_NETWORK)
