"""What the store says of a database that cannot take what it is given."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from shared.store.session import DatabaseFullError
from tests.world import World


def test_a_full_disk_is_told_at_once_and_what_was_kept_is_there(world: World) -> None:
    job_id = world.submit()
    event.listen(world.store.engine, "begin", lambda one: one.exec_driver_sql("PRAGMA max_page_count=1"))
    with pytest.raises(DatabaseFullError, match="full") as raised:
        world.store.write(lambda tx: tx.blobs.put_all([bytes([number]) * (1 << 20) for number in range(4)]))
    assert "resume" in raised.value.hint
    assert world.store.read(lambda tx: tx.jobs.get(job_id).id) == job_id
