"""The OCI distribution-spec's own conformance suite, read only, through the relay.

The suite first fills a plain registry (docker-registry) by pushing to it directly; that run may
fail where that registry does. The read-only run through the relay may not fail at all.
"""

import os
import re
from pathlib import Path

from harness.case import FolderCase, skip_or_fail
from harness.main import main
from harness.process import clean_environment, run
from harness.registry import Registry
from harness.relay import Relay

REPOSITORY = "conformance/repo1"


def counts(report):
    """{"Pass": n, "FAIL": n, ...} of what the suite printed. Its exit status says nothing: without
    pushes it ends in a panic after the report, for want of data for its push tests."""
    found = re.findall(r"(?m)^  (Disabled|Skip|Pass|FAIL|Error)\.+: +(\d+)$", report)
    if len(found) != 5:
        raise AssertionError(f"no result: {report[-2000:]}")
    return {word: int(number) for word, number in found}


def failures(report):
    """The lines on failed tests, with what was said of each."""
    lines = re.findall(r"(?m)^ *OCI Conformance Test.*: (?:FAIL|Error)(?:\n +- .*)*", report)
    return "\n".join(lines)


def suite():
    program = Path(os.environ.get("ECRELAY_CONFORMANCE_PROGRAM", ""))
    if not program.is_file():
        skip_or_fail("the conformance suite is built with Go, which is not there")
    return program


class ConformanceTest(FolderCase):
    """The relay stands in front of the registry alone: no rule, no AWS identity."""

    def setUp(self):
        self.program = suite()
        self.require("docker-registry")
        super().setUp()
        self.registry = Registry(self.folder / "registry").start()
        self.addCleanup(self.registry.stop)
        self.fill_registry()
        self.relay = Relay(
            self.folder / "relay",
            clean_environment(self.folder),
            ["--upstream", f"docker.io={self.registry.endpoint}"]
            + ["--rules", "static", "--unmapped", "direct"],
        )
        self.addCleanup(self.relay.stop)
        self.relay.start(until="/healthz")  # without an identity it is never ready

    def run_suite(self, results, authority, **settings):
        variables = {
            "OCI_REGISTRY": authority,
            "OCI_TLS": "disabled",
            "OCI_REPO1": REPOSITORY,
            "OCI_RESULTS_DIR": self.folder / results,
            "OCI_API_BLOBS_DELETE": "false",
            "OCI_API_MANIFESTS_DELETE": "false",
            "OCI_API_TAGS_DELETE": "false",
        }
        environment = clean_environment(self.folder, **variables, **settings)
        return run([self.program], environment, check=False)

    def fill_registry(self):
        # The registry knows neither subjects nor sha512; what it refuses would fill nothing.
        leave_out = ("SUBJECT", "SUBJECT_LIST", "SUBJECT_MISSING", "SHA512", "SPARSE")
        settings = {f"OCI_DATA_{name}": "false" for name in leave_out}
        counts(self.run_suite("fill", self.registry.authority, **settings).stdout)

    def manifests(self):
        """Every manifest under a tag, the children of an index too."""
        found, waiting = {}, list(self.registry.tags(REPOSITORY))
        while waiting:
            digest, document = self.registry.manifest(REPOSITORY, waiting.pop())
            if digest not in found:
                found[digest] = document
                waiting += [child["digest"] for child in document.get("manifests", [])]
        return found

    def read_only_settings(self):
        tags, manifests = self.registry.tags(REPOSITORY), self.manifests()
        blobs = self.registry.blobs(REPOSITORY)
        self.assertGreater(len(tags), 5)
        self.assertGreater(len(manifests), 10)
        self.assertGreater(len(blobs), 20)
        return {
            "OCI_API_PUSH": "false",
            "OCI_RO_DATA_TAGS": " ".join(tags),
            "OCI_RO_DATA_MANIFESTS": " ".join(manifests),
            "OCI_RO_DATA_BLOBS": " ".join(blobs),
            "OCI_RO_DATA_REFERRERS": next(iter(manifests)),
        }

    def test_read_only_run_through_the_relay_has_no_failure(self):
        settings = self.read_only_settings()

        for pass_name in ("cold", "warm"):
            with self.subTest(store=pass_name):
                done = self.run_suite(pass_name, self.relay.authority, **settings)

                count = counts(done.stdout)
                self.assertEqual(count["FAIL"] + count["Error"], 0, failures(done.stdout))
                self.assertGreater(count["Pass"], 100, done.stdout)

    def test_the_suite_reports_a_failure_where_there_is_one(self):
        settings = self.read_only_settings() | {"OCI_RO_DATA_BLOBS": "sha256:" + "0" * 64}

        done = self.run_suite("broken", self.relay.authority, **settings)

        self.assertGreater(counts(done.stdout)["FAIL"], 0, done.stdout)


if __name__ == "__main__":
    main()
