"""The relay under test: `ecrelay serve` with its own state and cache, on a free port."""

import json
import os
from pathlib import Path

from harness import http
from harness.process import Daemon, run
from harness.stats import Stats
from harness.waiting import wait_for


def program():
    return os.environ["ECRELAY_PROGRAM"]


class Relay:
    """One relay and its folders, which outlive it: `start` again goes on with them."""

    def __init__(self, folder, environment, options=()):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.environment = environment
        self.options = list(options)
        self.state_dir = self.folder / "state"
        self.cache_dir = self.folder / "cache"
        self.log_path = self.folder / "relay.log"
        self.stats = Stats(self.state_dir / "stats.db")
        self.endpoint = None
        self._daemon = None

    @property
    def folders(self):
        """The options that lead a command to this relay's data."""
        return ["--state-dir", self.state_dir, "--cache-dir", self.cache_dir]

    @property
    def authority(self):
        return self.endpoint.removeprefix("http://")

    @property
    def pid(self):
        return self._daemon.pid

    def start(self, listen="127.0.0.1:0", until="/readyz"):
        """Returns once the path `until` is answered with 200."""
        ready_file = self.folder / "ready.json"
        ready_file.unlink(missing_ok=True)
        command = [program(), "serve", "--listen", listen, "--ready-file", ready_file]
        self._daemon = Daemon(
            [*command, *self.folders, *self.options], self.environment, self.log_path
        )
        wait_for(
            lambda: self._daemon.require_running() and ready_file.exists(), "the relay's ready file"
        )
        self.endpoint = json.loads(ready_file.read_text(encoding="utf-8"))["endpoint"]
        wait_for(lambda: self.get(until).status == 200, f"200 for {until}")
        return self

    def stop(self):
        """A clean stop; the exit code."""
        return self._daemon.stop() if self._daemon else None

    def kill(self):
        self._daemon.kill()

    def get(self, path, **arguments):
        return http.get(self.endpoint + path, **arguments)

    def control_token(self):
        return (self.state_dir / "control.token").read_text(encoding="utf-8").strip()

    def command(self, *words, check=True, **arguments):
        """Runs another `ecrelay` command on this relay's data."""
        return run(
            [program(), *words, *self.folders], self.environment, check=check, **arguments
        )

    def log(self):
        return self._daemon.log()
