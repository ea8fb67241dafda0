import re

from harness.case import EmulatorCase
from harness.main import main
from harness.ports import free_port
from harness.process import run
from harness.relay import program


class BackgroundTest(EmulatorCase):
    """start, status, stop; and two relays that want the same port."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.ecrelay, "stop")

    def folders(self, name="state"):
        return ["--state-dir", self.folder / name, "--cache-dir", self.folder / f"{name}-cache"]

    def ecrelay(self, command, *options, name="state"):
        return run(
            [program(), command, *self.folders(name), *options], self.environment(), check=False
        )

    def start(self):
        return self.ecrelay("start", "--listen", "127.0.0.1:0")

    def test_start_status_stop(self):
        started = self.start()
        self.assertEqual(started.returncode, 0, started.stderr)

        running = self.ecrelay("status")
        self.assertEqual(running.returncode, 0, running.stderr)
        endpoint = re.search(r"http://127\.0\.0\.1:\d+", running.stdout)
        self.assertTrue(endpoint, running.stdout)
        health = run(["curl", "-fsS", endpoint[0] + "/healthz"], self.environment())
        self.assertEqual(health.returncode, 0)

        stopped = self.ecrelay("stop")
        self.assertEqual(stopped.returncode, 0, stopped.stderr)
        self.assertIn("requests", (stopped.stdout + stopped.stderr).lower())

        self.assertEqual(self.ecrelay("status").returncode, 1)

    def test_start_leaves_a_log_in_the_state_folder(self):
        self.start()

        self.assertTrue((self.folder / "state/relay.log").read_text(encoding="utf-8"))

    def test_the_control_token_is_for_the_owner_alone(self):
        self.start()

        mode = (self.folder / "state/control.token").stat().st_mode & 0o777
        self.assertEqual(mode, 0o600)

    def test_a_second_relay_on_the_same_port_fails_clearly(self):
        listen = f"127.0.0.1:{free_port()}"
        first = self.ecrelay("start", "--listen", listen)
        self.assertEqual(first.returncode, 0, first.stderr)

        second = run(
            [program(), "serve", "--listen", listen, *self.folders("other")],
            self.environment(),
            check=False,
            timeout=20,
        )

        self.assertEqual(second.returncode, 1, second.stderr)
        self.assertRegex(second.stderr, r"(?m)^ecrelay: .*" + re.escape(listen))
        self.assertIn("in use", second.stderr.lower())

    def test_wrong_usage_is_exit_2(self):
        for arguments in (["serve", "--no-such-option"], ["no-such-command"], []):
            with self.subTest(arguments=arguments):
                done = run([program(), *arguments], self.environment(), check=False)

                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertTrue(done.stderr)


if __name__ == "__main__":
    main()
