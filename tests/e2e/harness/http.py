"""HTTP requests as a test makes them, by a client that hides nothing."""

import http.client
import json
from dataclasses import dataclass, field
from urllib.parse import urlsplit


MANIFEST_TYPES = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)


@dataclass
class Response:
    status: int
    headers: dict = field(repr=False)
    body: bytes = field(repr=False)

    def json(self):
        return json.loads(self.body)


def request(method, url, body=None, headers=None, timeout=30):
    """One request on a connection of its own; a body cut short raises IncompleteRead."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    target = parts.path or "/"
    if parts.query:
        target += "?" + parts.query
    headers = dict(headers or {})
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
        headers.setdefault("Content-Type", "application/json")
    try:
        connection.request(method, target, body=body, headers=headers)
        answer = connection.getresponse()
        names = {name.lower(): value for name, value in answer.getheaders()}
        return Response(answer.status, names, answer.read())
    finally:
        connection.close()


def get(url, **arguments):
    return request("GET", url, **arguments)


def post(url, body=None, **arguments):
    return request("POST", url, body=body if body is not None else b"", **arguments)
