"""Debian's docker-registry, a plain OCI registry for the relay to stand in front of."""

from pathlib import Path

from harness import http
from harness.ports import free_port
from harness.process import Daemon, clean_environment
from harness.waiting import wait_for


class Registry:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True)
        self.authority = f"127.0.0.1:{free_port()}"
        self.endpoint = f"http://{self.authority}"
        self._data = self.folder / "data"
        self._daemon = None

    def start(self):
        config = self.folder / "config.yml"
        config.write_text(
            "version: 0.1\n"
            "log: {level: warn}\n"
            f"storage: {{filesystem: {{rootdirectory: {self._data}}}}}\n"
            f"http: {{addr: '{self.authority}'}}\n",
            encoding="utf-8",
        )
        self._daemon = Daemon(
            ["docker-registry", "serve", config],
            clean_environment(self.folder),
            self.folder / "registry.log",
        )
        wait_for(self._answers, "docker-registry")
        return self

    def stop(self):
        self._daemon.stop()

    def tags(self, repository):
        return http.get(f"{self.endpoint}/v2/{repository}/tags/list").json()["tags"]

    def manifest(self, repository, reference):
        """(digest, document)"""
        answer = http.get(
            f"{self.endpoint}/v2/{repository}/manifests/{reference}",
            headers={"Accept": http.MANIFEST_TYPES},
        )
        return answer.headers["docker-content-digest"], answer.json()

    def blobs(self, repository):
        """The digests of the blobs that were pushed to the repository."""
        links = self._data / "docker/registry/v2/repositories" / repository / "_layers/sha256"
        return sorted(f"sha256:{link.parent.name}" for link in links.glob("*/link"))

    def _answers(self):
        try:
            return self._daemon.require_running() and http.get(self.endpoint + "/v2/").status == 200
        except ConnectionError:
            return False
