"""Ports for programs that cannot pick one themselves."""

import socket


def free_port():
    """A port that was free just now; the test's own network namespace keeps others from it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
