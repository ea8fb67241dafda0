import json

from harness import images
from harness.case import RelayCase
from harness.main import main
from harness.process import run
from harness.stats import OUTCOMES


class StatisticsTest(RelayCase):
    """The contract of stats.db, by the sqlite3 command line while the relay runs."""

    JOB_COLUMNS = (
        "id, provider, server, project, pipeline, run, attempt, name, key, ref, commit_sha, url,"
        " runner, started_at, ended_at, status"
    )
    REQUEST_COLUMNS = (
        "id, job_id, at, kind, registry, repository, reference, digest, method, status, outcome,"
        " origin, ecr_cache, reason, detail, bytes_served, bytes_fetched, duration_us,"
        " first_byte_us, client"
    )

    def setUp(self):
        self.require("sqlite3")
        super().setUp()
        before = self.relay.stats.last_request_id()
        for _ in range(2):
            images.describe(self.relay, images.BASE)
            images.fetch_manifest(self.relay, images.DOCKER_SCHEMA2, "1")
        self.relay.get("/v2/unknown.example/some/thing/manifests/1")
        self.requests = 7
        self.relay.stats.requests_after(before, at_least=self.requests)

    def sql(self, statement):
        done = run(
            ["sqlite3", "-json", "-readonly", self.relay.state_dir / "stats.db", statement],
            self.environment(),
        )
        return json.loads(done.stdout or "[]")

    def test_every_column_of_the_contract_is_there(self):
        self.assertEqual(len(self.sql(f"SELECT {self.REQUEST_COLUMNS} FROM request")), 7)
        self.assertEqual(len(self.sql(f"SELECT {self.JOB_COLUMNS} FROM job")), 1)

    def test_each_request_has_one_of_the_seven_outcomes(self):
        counted = {
            row["outcome"]: row["n"]
            for row in self.sql("SELECT outcome, count(*) AS n FROM request GROUP BY outcome")
        }

        self.assertLessEqual(set(counted), set(OUTCOMES))
        self.assertEqual(sum(counted.values()), self.requests)
        self.assertEqual(counted["declined"], 1)
        self.assertGreaterEqual(counted["miss"], 3)
        self.assertGreaterEqual(counted["hit"], 3)

    def test_a_declined_request_says_why(self):
        declined = self.sql("SELECT reason, registry FROM request WHERE outcome = 'declined'")

        self.assertEqual(declined, [{"reason": "no-rule", "registry": "unknown.example"}])

    def test_the_views_give_the_figures_of_the_report(self):
        report = json.loads(
            self.relay.command("report", "--job", "current", "--format", "json").stdout
        )

        self.assertEqual(report["totals"]["requests"], self.requests)
        self.assertEqual(sum(report["totals"]["outcomes"].values()), self.requests)
        self.assertEqual(len(self.sql("SELECT * FROM job_summary")), 1)
        self.assertGreaterEqual(len(self.sql("SELECT * FROM image_summary")), 2)

    def test_times_are_microseconds_and_the_tables_strict(self):
        (row,) = self.sql("SELECT min(at) AS at, max(duration_us) AS us FROM request")
        self.assertGreater(row["at"], 1_600_000_000_000_000)
        self.assertLess(row["us"], 60_000_000)

        strict = self.sql("SELECT name FROM pragma_table_list WHERE strict AND schema = 'main'")
        self.assertLessEqual({"job", "request"}, {row["name"] for row in strict})

    def test_the_journal_is_a_write_ahead_log(self):
        self.assertEqual(self.sql("PRAGMA journal_mode"), [{"journal_mode": "wal"}])


if __name__ == "__main__":
    main()
