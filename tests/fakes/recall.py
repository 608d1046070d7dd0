"""No earlier job: for tests of what one job knows by itself."""

from __future__ import annotations

from shared.interfaces.executor import Provided
from worker.recall import Recall

_UNKNOWN = Provided(path="/usr/bin/frob", argv=(b"frob",), fingerprint=None)

NOTHING_EARLIER = Recall(lambda _: None, lambda: _UNKNOWN, lambda: _UNKNOWN, may_answer=False)
