"""The base of the test cases: an emulator and a relay in a temporary folder."""

import os
import shutil
import tempfile
import unittest
from pathlib import Path

from harness.clients import missing
from harness.emulator import Emulator
from harness.process import clean_environment
from harness.relay import Relay
from harness.stats import OUTCOMES, outcomes


def skip_or_fail(reason):
    """A person's machine may lack a client; CI's may not."""
    if os.environ.get("CI") == "true":
        raise AssertionError(f"CI must run this: {reason}")
    raise unittest.SkipTest(reason)


class FolderCase(unittest.TestCase):
    """Gives each test `self.folder`, and what a test may require of the machine."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="ecrelay-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def require(self, *programs):
        lacking = missing(*programs)
        if lacking:
            skip_or_fail(f"{', '.join(lacking)} not installed (scripts/setup --test)")

    def require_root(self):
        if os.environ.get("ECRELAY_TEST_ROOT") != "yes":
            skip_or_fail("needs root")


class EmulatorCase(FolderCase):
    """A `FolderCase` with an emulator that runs, `self.emulator`, and `new_relay`."""

    def setUp(self):
        super().setUp()
        self.emulator = Emulator(self.folder / "emulator").start()
        self.addCleanup(self.emulator.stop)

    def environment(self, **variables):
        """What a CI job with AWS credentials sees."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        return clean_environment(home, **(self.emulator.environment() | variables))

    def new_relay(self, *options, name="relay", environment=None):
        relay = Relay(self.folder / name, environment or self.environment(), options)
        self.addCleanup(relay.stop)
        return relay


class RelayCase(EmulatorCase):
    """An `EmulatorCase` with one relay that runs, `self.relay`."""

    options = ()

    def setUp(self):
        super().setUp()
        self.relay = self.new_relay(*self.options).start()

    def assert_outcomes_add_up(self):
        """The seven outcomes, in total and job by job, are all the requests that there were."""
        listed = ", ".join(f"'{word}'" for word in OUTCOMES)
        rows = self.relay.stats.query(
            "SELECT job_id, count(*) AS requests,"
            f" sum(CASE WHEN outcome IN ({listed}) THEN 1 ELSE 0 END) AS known"
            " FROM request GROUP BY job_id"
        )
        self.assertTrue(rows)
        for row in rows:
            self.assertEqual(row["known"], row["requests"], row)
            self.assertIsNotNone(row["job_id"])

    def assert_only_outcomes(self, rows, *allowed):
        unexpected = {word: n for word, n in outcomes(rows).items() if word not in allowed}
        self.assertFalse(unexpected, [row for row in rows if row["outcome"] in unexpected])
