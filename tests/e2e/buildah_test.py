from harness.case import RelayCase
from harness.clients import Buildah
from harness.main import main
from harness.pulls import OtherRegistryTests, PullTests


class BuildahTest(OtherRegistryTests, PullTests, RelayCase):
    client_type = Buildah


if __name__ == "__main__":
    main()
