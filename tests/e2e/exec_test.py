import json

from harness import images
from harness.case import EmulatorCase
from harness.main import main
from harness.process import run
from harness.relay import program
from harness.stats import Stats, outcomes


class ExecTest(EmulatorCase):
    """`ecrelay exec -- CMD`: one command as one job."""

    def run_exec(self, *command, check=False):
        self.state_dir = self.folder / "state"
        return run(
            [program(), "exec", "--listen", "127.0.0.1:0"]
            + ["--state-dir", self.state_dir, "--cache-dir", self.folder / "cache"]
            + ["--", *command],
            self.environment(),
            check=check,
        )

    def pull_script(self, name):
        """Skopeo, with the image named at the endpoint that `exec` hands to its command."""
        return (
            "skopeo --insecure-policy copy --src-tls-verify=false --override-arch amd64"
            f' "docker://${{ECRELAY_ENDPOINT#http://}}/{name}:1" "dir:{self.folder}/$1"'
        )

    def test_prints_the_report_of_the_job_on_standard_error(self):
        self.require("skopeo")

        done = self.run_exec("sh", "-c", self.pull_script(images.BASE), "sh", "pulled")

        self.assertEqual(done.returncode, 0, done.stderr)
        manifest = json.loads((self.folder / "pulled/manifest.json").read_text(encoding="utf-8"))
        self.assertTrue(manifest["layers"])
        self.assertIn("sample-base", done.stderr)
        self.assertIn("miss", done.stderr)
        self.assertNotIn("miss", done.stdout)

    def test_the_pull_is_recorded_under_the_job_that_the_command_saw(self):
        self.require("skopeo")
        script = self.pull_script(images.BASE) + ' >&2 && printf %s "$ECRELAY_JOB_ID"'

        done = self.run_exec("sh", "-c", script, "sh", "pulled")

        rows = Stats(self.state_dir / "stats.db").query("SELECT * FROM request")
        self.assertTrue(rows)
        self.assertEqual({row["job_id"] for row in rows}, {done.stdout})
        self.assertGreater(outcomes(rows)["miss"], 0)

    def test_the_second_job_finds_what_the_first_one_fetched(self):
        self.require("skopeo")
        script = self.pull_script(images.BASE)
        self.run_exec("sh", "-c", script, "sh", "first", check=True)
        fetches = self.emulator.blob_requests()

        self.run_exec("sh", "-c", script, "sh", "second", check=True)

        self.assertEqual(self.emulator.blob_requests(), fetches)

    def test_gives_the_exit_code_of_the_command(self):
        for code in (0, 3):
            with self.subTest(code=code):
                self.assertEqual(self.run_exec("sh", "-c", f"exit {code}").returncode, code)

    def test_gives_128_plus_the_signal_that_ended_the_command(self):
        done = self.run_exec("sh", "-c", "kill -TERM $$")

        self.assertEqual(done.returncode, 128 + 15)

    def test_fails_clearly_where_the_command_is_not_there(self):
        done = self.run_exec("/no/such/program")

        self.assertNotEqual(done.returncode, 0)
        self.assertIn("/no/such/program", done.stderr)

    def test_leaves_no_relay_behind(self):
        done = self.run_exec("sh", "-c", 'printf %s "$ECRELAY_ENDPOINT"')

        endpoint = done.stdout
        self.assertTrue(endpoint.startswith("http://127.0.0.1:"), done)
        refused = run(["curl", "-sS", endpoint + "/healthz"], self.environment(), check=False)
        self.assertEqual(refused.returncode, 7, refused)  # curl's "failed to connect"


if __name__ == "__main__":
    main()
