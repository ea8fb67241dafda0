from harness.case import RelayCase
from harness.clients import Containerd
from harness.main import main
from harness.pulls import OtherRegistryTests, PullTests


class ContainerdTest(OtherRegistryTests, PullTests, RelayCase):
    client_type = Containerd


if __name__ == "__main__":
    main()
