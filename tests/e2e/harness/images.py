"""The sample images that ecr-emulator makes, and what is in them."""

from dataclasses import dataclass

from harness.http import MANIFEST_TYPES

BASE = "docker.io/library/sample-base"  # OCI index, amd64 and arm64
APP = "docker.io/library/sample-app"  # shares the layers of BASE
DOCKER_LIST = "docker.io/library/sample-list"  # Docker manifest list
LARGE = "docker.io/sample/large"
DOCKER_SCHEMA2 = "quay.io/sample/tool"  # Docker schema 2 manifest
OCI_IMAGE = "ghcr.io/sample/oci"  # OCI manifest, no index

@dataclass
class Image:
    """One platform of an image, as the relay serves it."""

    digest: str  # of what the tag names: an index, or the manifest itself
    config: str
    layers: list  # of (digest, size)


def fetch_manifest(relay, name, reference):
    """(digest, document) of a manifest, asked of the relay under the image's full name."""
    answer = relay.get(f"/v2/{name}/manifests/{reference}", headers={"Accept": MANIFEST_TYPES})
    if answer.status != 200:
        raise AssertionError(f"{name}:{reference}: {answer.status} {answer.body[:500]}")
    return answer.headers["docker-content-digest"], answer.json()


def describe(relay, name, tag="1", architecture="amd64"):
    digest, document = fetch_manifest(relay, name, tag)
    manifest = document
    if "manifests" in document:
        child = next(
            entry["digest"]
            for entry in document["manifests"]
            if entry["platform"]["architecture"] == architecture
        )
        manifest = fetch_manifest(relay, name, child)[1]
    layers = [(layer["digest"], layer["size"]) for layer in manifest["layers"]]
    return Image(digest, manifest["config"]["digest"], layers)


