from harness import images
from harness.case import RelayCase
from harness.clients import Skopeo
from harness.main import main
from harness.pulls import OtherRegistryTests, PullTests
from harness.stats import of_kind


class SkopeoTest(OtherRegistryTests, PullTests, RelayCase):
    client_type = Skopeo


class FreshnessAlwaysTest(PullTests, RelayCase):
    """The same pulls by a relay that asks for each tag each time."""

    client_type = Skopeo
    options = ("--freshness", "always")

    def test_a_warm_tag_is_revalidated(self):
        self.pull(images.BASE)

        rows = self.pull(images.BASE)

        by_tag = [row for row in of_kind(rows, "manifest") if row["reference"] == "1"]
        self.assertTrue(by_tag, rows)
        self.assert_only_outcomes(by_tag, "revalidated")
        self.assert_only_outcomes(of_kind(rows, "blob"), "hit")


if __name__ == "__main__":
    main()
