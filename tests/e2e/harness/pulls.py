"""The tests that every container client has to pass; each client's file names the client."""

from harness import images
from harness.stats import of_kind, outcomes


class PullTests:
    """A mix-in for `RelayCase`: `client_type` pulls through the relay, cold and then warm."""

    client_type = None

    def setUp(self):
        self.require(*self.client_type.programs)
        if self.client_type.needs_root:
            self.require_root()
        super().setUp()
        self.client = self.client_type(self.folder / "client", self.relay)
        self.addCleanup(self.client.stop)
        self.client.start()

    def pull(self, name, reference=":1"):
        """Pulls with empty storage; the requests that the relay recorded of it."""
        before = self.relay.stats.last_request_id()
        self.client.forget()
        self.client.pull(name, reference)
        return self.relay.stats.requests_after(before)

    def test_index_cold_then_warm(self):
        self.check_cold_then_warm(images.BASE)

    def test_docker_manifest_list_cold_then_warm(self):
        self.check_cold_then_warm(images.DOCKER_LIST)

    def test_by_digest_after_the_tag_is_a_hit(self):
        self.pull(images.BASE)
        digest = images.describe(self.relay, images.BASE).digest
        fetches = self.emulator.blob_requests()

        rows = self.pull(images.BASE, "@" + digest)

        self.assert_only_outcomes(rows, "hit")
        self.assertEqual(self.emulator.blob_requests(), fetches)
        self.assert_outcomes_add_up()

    def test_shared_layers_are_not_fetched_again(self):
        self.pull(images.BASE)
        base = images.describe(self.relay, images.BASE)

        rows = self.pull(images.APP)

        shared = {digest for digest, _ in base.layers}
        asked = [row for row in of_kind(rows, "blob") if row["digest"] in shared]
        self.assertTrue(asked, rows)
        self.assert_only_outcomes(asked, "hit")
        self.assert_outcomes_add_up()

    def check_cold_then_warm(self, name):
        cold = self.pull(name)
        fetches = self.emulator.blob_requests()
        image = images.describe(self.relay, name)

        self.assert_only_outcomes(cold, "miss", "joined", "hit", "revalidated")
        self.assertGreater(outcomes(cold)["miss"], 0, cold)
        asked = {row["digest"] for row in of_kind(cold, "blob")}
        self.assertLessEqual({digest for digest, _ in image.layers}, asked)
        self.assertTrue(all(row["registry"] == name.split("/")[0] for row in cold), cold)

        warm = self.pull(name)

        self.assert_only_outcomes(warm, "hit", "revalidated")
        self.assertEqual(sum(row["bytes_fetched"] for row in warm if row["outcome"] == "hit"), 0)
        self.assertEqual(self.emulator.blob_requests(), fetches)
        self.assert_outcomes_add_up()


class OtherRegistryTests:
    """A mix-in beside `PullTests`, for clients that have mirrors for more than docker.io."""

    def test_docker_schema2_cold_then_warm(self):
        self.check_cold_then_warm(images.DOCKER_SCHEMA2)

    def test_oci_image_cold_then_warm(self):
        self.check_cold_then_warm(images.OCI_IMAGE)
