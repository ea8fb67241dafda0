import hashlib
import http.client

from harness import images
from harness.case import EmulatorCase
from harness.clients import Skopeo
from harness.main import main


class RecoveryTest(EmulatorCase):
    """kill -9 in the middle of a fill, then a start with the same folders."""

    def setUp(self):
        super().setUp()
        self.relay = self.new_relay().start()
        image = images.describe(self.relay, images.LARGE)
        self.digest, self.size = max(image.layers, key=lambda layer: layer[1])
        self.path = f"/v2/{images.LARGE}/blobs/{self.digest}"

    def kill_in_mid_fill(self):
        """Reads half of the blob from a slow upstream, kills the relay; what came until then."""
        self.emulator.limit_rate(self.size // 32)
        connection = http.client.HTTPConnection(self.relay.authority, timeout=60)
        connection.request("GET", self.path)
        answer = connection.getresponse()
        received = answer.read(self.size // 3)
        self.relay.kill()
        try:
            received += answer.read()
        except (http.client.IncompleteRead, ConnectionError) as cut:
            received += getattr(cut, "partial", b"")
        connection.close()
        self.emulator.limit_rate(0)
        return received

    def test_no_part_of_a_blob_is_served_as_the_whole(self):
        received = self.kill_in_mid_fill()
        self.assertLess(len(received), self.size)

        self.relay.start()
        answer = self.relay.get(self.path)

        self.assertEqual(answer.status, 200)
        self.assertEqual("sha256:" + hashlib.sha256(answer.body).hexdigest(), self.digest)

    def test_a_client_pulls_the_image_afterwards(self):
        self.require(*Skopeo.programs)
        self.kill_in_mid_fill()
        self.relay.start()

        Skopeo(self.folder / "client", self.relay).pull(images.LARGE)

    def test_requests_that_had_ended_are_still_recorded(self):
        self.relay.stats.requests_after(0)
        recorded = self.relay.stats.last_request_id()

        self.relay.kill()
        self.relay.start()

        self.assertGreaterEqual(self.relay.stats.last_request_id(), recorded)
        (checked,) = self.relay.stats.query("PRAGMA integrity_check")
        self.assertEqual(checked, {"integrity_check": "ok"})

    def test_a_clean_stop_loses_no_request(self):
        for _ in range(50):
            images.fetch_manifest(self.relay, images.LARGE, "1")

        self.assertEqual(self.relay.stop(), 0)

        rows = self.relay.stats.query("SELECT count(*) AS n FROM request WHERE outcome = 'hit'")
        self.assertGreaterEqual(rows[0]["n"], 50)


if __name__ == "__main__":
    main()
