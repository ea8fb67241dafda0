"""Reading a relay's stats.db, as anybody may while the relay runs."""

import sqlite3
import time
from collections import Counter
from contextlib import closing

OUTCOMES = ("hit", "revalidated", "joined", "miss", "stale", "declined", "error")


class Stats:
    def __init__(self, path):
        self.path = path

    def query(self, sql, *parameters):
        """The rows of a query, each a dict by column."""
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=5)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(sql, parameters)]

    def last_request_id(self):
        time.sleep(0.15)  # what ended 100 ms ago is on disk; what ended just now need not be
        return self.query("SELECT coalesce(max(id), 0) AS id FROM request")[0]["id"]

    def requests_after(self, request_id, at_least=1, seconds=10.0):
        """The requests recorded since; waits until there are so many and none has come or changed
        for a while, since a row is written when its request has ended and mended by its fill."""
        quiet_for = 0.4
        deadline = time.monotonic() + seconds
        rows, since = [], time.monotonic()
        while True:
            now = self.query("SELECT * FROM request WHERE id > ? ORDER BY id", request_id)
            if now != rows:
                rows, since = now, time.monotonic()
            elif len(rows) >= at_least and time.monotonic() - since > quiet_for:
                return rows
            if time.monotonic() > deadline:
                raise AssertionError(f"stats.db did not come to rest: {len(rows)} requests")
            time.sleep(0.05)


def outcomes(rows):
    return Counter(row["outcome"] for row in rows)


def of_kind(rows, kind):
    return [row for row in rows if row["kind"] == kind]
