from harness.case import RelayCase
from harness.clients import Dockerd
from harness.main import main
from harness.pulls import PullTests


class DockerdTest(PullTests, RelayCase):
    client_type = Dockerd


if __name__ == "__main__":
    main()
