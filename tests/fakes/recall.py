"""No earlier job: for tests of what one job knows by itself."""

from __future__ import annotations

from worker.recall import Recall

NOTHING_EARLIER = Recall(lambda: None, lambda: None, may_answer=False)
