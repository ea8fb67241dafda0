"""ecr-emulator: the stand-in for ECR, its API, its downloads and the upstream registries."""

import os
import shlex
from pathlib import Path

from harness import http
from harness.ports import free_port
from harness.process import Daemon, clean_environment
from harness.waiting import wait_for


class Emulator:
    """Holds the sample images (see images.py) and counts what is asked of it."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True)
        self.registry = f"http://127.0.0.1:{free_port()}"
        self._env_file = self.folder / "emulator.env"
        self._variables = {}
        self._daemon = None

    def start(self):
        self._daemon = Daemon(
            [os.environ["ECR_EMULATOR_PROGRAM"], "--make-sample-images"]
            + ["--ports", f"registry={self.registry.rpartition(':')[2]}"]
            + ["--env-file", self._env_file],
            clean_environment(self.folder),
            self.folder / "emulator.log",
        )
        wait_for(
            lambda: self._daemon.require_running() and self._daemon.log().endswith("ready\n"),
            "ecr-emulator",
        )
        for line in self._env_file.read_text(encoding="utf-8").splitlines():
            name, _, value = line.removeprefix("export ").partition("=")
            self._variables[name] = shlex.split(value)[0]
        return self

    def stop(self):
        self._daemon.stop()

    def environment(self):
        """The variables that lead a relay, or AWS's tools, to this emulator."""
        return dict(self._variables)

    @property
    def api(self):
        return self._variables["AWS_ENDPOINT_URL_ECR"]

    def counters(self):
        return self._control("GET", "counters").json()

    def blob_requests(self):
        """How often anybody asked for a blob, or for the bytes of one, wherever they lie."""
        counters = self.counters()
        kinds = (counters[service]["kinds"] for service in ("registry", "s3", "cdn", "upstream"))
        return sum(
            count["requests"]
            for by_kind in kinds
            for kind, count in by_kind.items()
            if kind in ("blob", "download")
        )

    def limit_rate(self, bytes_per_second):
        """Of each connection that brings the bytes of a blob; 0 lifts the limit."""
        rates = {"download_rate": bytes_per_second, "upstream_rate": bytes_per_second}
        self._control("POST", "settings", rates)

    def expire_tokens(self):
        self._control("POST", "expire-tokens")

    def add_fault(self, **members):
        self._control("POST", "faults", members)

    def _control(self, method, what, body=None):
        answer = http.request(method, f"{self.api}/_emulator/{what}", body=body)
        if answer.status not in (200, 204):
            raise AssertionError(f"{method} {what}: {answer.status} {answer.body.decode()}")
        return answer
