from harness.case import RelayCase
from harness.clients import Podman
from harness.main import main
from harness.pulls import OtherRegistryTests, PullTests


class PodmanTest(OtherRegistryTests, PullTests, RelayCase):
    client_type = Podman


if __name__ == "__main__":
    main()
