import base64
import re
from pathlib import Path

from harness import images
from harness.case import EmulatorCase
from harness.clients import Skopeo
from harness.main import main
from harness.process import run
from harness.relay import program
from harness.tap import Tap


class SecretsTest(EmulatorCase):
    """What only the relay knows is nowhere that another can read."""

    def setUp(self):
        self.require(*Skopeo.programs)
        super().setUp()
        self.api = self.tap(self.emulator.api)
        self.registry = self.tap(self.emulator.registry)
        self.relay = self.new_relay(
            *("--log-level", "trace", "--registry", self.registry.endpoint),
            environment=self.environment(
                AWS_ENDPOINT_URL_ECR=self.api.endpoint, AWS_ENDPOINT_URL_STS=self.api.endpoint
            ),
        ).start()
        Skopeo(self.folder / "client", self.relay).pull(images.BASE)
        self.secrets = self.known_secrets()

    def tap(self, endpoint):
        tap = Tap(endpoint.removeprefix("http://"))
        self.addCleanup(tap.stop)
        return tap

    def known_secrets(self):
        """The identity's keys, the control token, and what went between the relay and ECR."""
        environment = self.environment()
        secrets = {
            environment["AWS_SECRET_ACCESS_KEY"],
            environment["AWS_SESSION_TOKEN"],
            self.relay.control_token(),
        }
        tokens = re.findall(r'"authorizationToken" ?: ?"([^"]+)"', self.api.seen())
        signed = r"X-Amz-(?:Signature|Security-Token)=([^&\s]+)"
        signatures = re.findall(signed, self.registry.seen())
        self.assertTrue(tokens, "no registry token was handed out")
        self.assertTrue(signatures, "no download was signed")
        for token in tokens:
            secrets |= {token, base64.b64decode(token).decode().partition(":")[2]}
        return secrets | set(signatures)

    def assert_no_secret(self, text, where):
        found = [secret for secret in self.secrets if secret in text]
        self.assertFalse(found, where)

    def test_not_in_the_arguments_of_the_relay(self):
        arguments = Path(f"/proc/{self.relay.pid}/cmdline").read_text(encoding="utf-8")

        self.assertIn("serve", arguments)
        self.assert_no_secret(arguments, "argv")

    def test_not_in_the_log_at_its_finest(self):
        log = self.relay.log()

        self.assertTrue(log)
        self.assert_no_secret(log, "log")

    def test_not_in_the_log_after_a_failed_login(self):
        self.emulator.expire_tokens()
        self.relay.get(f"/v2/{images.DOCKER_SCHEMA2}/manifests/1")
        self.secrets = self.known_secrets()

        self.assert_no_secret(self.relay.log(), "log")

    def test_not_in_any_file_of_the_state_folder_but_the_token_file(self):
        self.relay.stats.requests_after(0, at_least=4)
        files = [path for path in self.relay.state_dir.rglob("*") if path.is_file()]

        self.assertIn("stats.db", {path.name for path in files})
        for path in files:
            if path.name != "control.token":
                text = path.read_bytes().decode("latin-1")
                self.assert_no_secret(text, path.name)

    def test_not_in_any_page(self):
        for path in ("/", "/metrics", "/readyz", "/healthz", "/api/v1/status", "/api/v1/jobs"):
            with self.subTest(path=path):
                page = self.relay.get(path)

                self.assertEqual(page.status, 200)
                self.assertTrue(page.body)
                self.assert_no_secret(page.body.decode(), path)

    def test_not_in_any_form_of_the_report(self):
        for form in ("table", "markdown", "json"):
            with self.subTest(form=form):
                report = self.relay.get(f"/api/v1/jobs/current/report?format={form}")

                self.assertEqual(report.status, 200, report.body)
                self.assert_no_secret(report.body.decode(), form)

    def test_not_in_the_environment_of_a_command(self):
        done = run(
            [program(), "exec", "--listen", "127.0.0.1:0"]
            + ["--state-dir", self.folder / "exec", "--cache-dir", self.folder / "exec-cache"]
            + ["--", "env"],
            self.environment(),
        )

        self.assertIn("ECRELAY_ENDPOINT=http://127.0.0.1:", done.stdout)
        self.assertIn("ECRELAY_JOB_ID=", done.stdout)
        self.assertNotIn("CONTROL_TOKEN", done.stdout)
        token = (self.folder / "exec/control.token").read_text(encoding="utf-8").strip()
        self.assertNotIn(token, done.stdout)


if __name__ == "__main__":
    main()
