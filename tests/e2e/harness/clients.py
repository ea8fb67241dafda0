"""The container clients, each configured for one relay, with storage that the test throws away.

`pull(name, reference)` takes a full name ("docker.io/library/x") and ":tag" or "@digest"; it ends
in AssertionError if the client fails. `forget()` empties the client's storage: the next pull is as
if on another machine, so that what it costs upstream is the relay's doing.
"""

import json
import os
import shutil
from pathlib import Path

from harness.process import Daemon, clean_environment, run
from harness.waiting import wait_for

REGISTRIES = ("docker.io", "quay.io", "ghcr.io")


def missing(*programs):
    """Those of the programs that are not installed."""
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    return [program for program in programs if not shutil.which(program, path=path)]


def registries_conf(relay):
    """Mirrors for containers/image: podman, buildah and skopeo."""
    text = ['unqualified-search-registries = ["docker.io"]']
    for registry in REGISTRIES:
        mirror = relay.authority if registry == "docker.io" else f"{relay.authority}/{registry}"
        text += [
            "[[registry]]",
            f'location = "{registry}"',
            "[[registry.mirror]]",
            f'location = "{mirror}"',
            "insecure = true",
        ]
    return "\n".join(text) + "\n"


class Client:
    """What they share. `start` and `stop` matter to those with a daemon."""

    programs = ()
    registries = REGISTRIES
    needs_root = False

    def __init__(self, folder, relay):
        self.folder = Path(folder)
        self.storage = self.folder / "storage"
        self.folder.mkdir(parents=True)
        self.relay = relay
        self.environment = clean_environment(self.folder)
        self.configure()

    def configure(self):
        raise NotImplementedError

    def start(self):
        return self

    def stop(self):
        pass

    def forget(self):
        self.stop()
        shutil.rmtree(self.storage, ignore_errors=True)
        self.start()


class Skopeo(Client):
    programs = ("skopeo",)

    def configure(self):
        self._registries = self.folder / "registries.conf"
        self._registries.write_text(registries_conf(self.relay), encoding="utf-8")

    def pull(self, name, reference=":1"):
        self.storage.mkdir(exist_ok=True)
        target = self.storage / str(len(list(self.storage.iterdir())))
        run(
            ["skopeo", "--insecure-policy", "--registries-conf", self._registries]
            + ["--override-arch", "amd64", "--override-os", "linux"]
            + ["copy", f"docker://{name}{reference}", f"dir:{target}"],
            self.environment,
        )


class Podman(Client):
    programs = ("podman", "runc")
    needs_root = True
    _command = "podman"

    def configure(self):
        registries = self.folder / "registries.conf"
        registries.write_text(registries_conf(self.relay), encoding="utf-8")
        policy = self.folder / ".config/containers/policy.json"
        policy.parent.mkdir(parents=True)
        policy.write_text('{"default": [{"type": "insecureAcceptAnything"}]}', encoding="utf-8")
        self.environment |= {
            "CONTAINERS_REGISTRIES_CONF": str(registries),
            "XDG_RUNTIME_DIR": str(self.folder),
            "TMPDIR": str(self.folder),
        }

    def pull(self, name, reference=":1"):
        run(
            [self._command, "--root", self.storage, "--runroot", self.folder / "run"]
            + ["--storage-driver", "vfs", "pull", "--arch", "amd64", name + reference],
            self.environment,
        )


class Buildah(Podman):
    programs = ("buildah",)
    _command = "buildah"


class Dockerd(Client):
    """Debian's daemon with the graph store; only docker.io has mirrors there."""

    programs = ("dockerd", "docker", "containerd")
    registries = ("docker.io",)
    needs_root = True

    def configure(self):
        self._socket = self.folder / "docker.sock"
        self._config = self.folder / "daemon.json"
        self._config.write_text(
            json.dumps(
                {
                    "registry-mirrors": [self.relay.endpoint],
                    "hosts": [f"unix://{self._socket}"],
                    "iptables": False,
                    "ip6tables": False,
                    "bridge": "none",
                    "storage-driver": "vfs",
                }
            ),
            encoding="utf-8",
        )
        self._daemon = None

    def start(self):
        self._daemon = Daemon(
            ["dockerd", "--config-file", self._config, "--data-root", self.storage]
            + ["--exec-root", self.folder / "exec", "--pidfile", self.folder / "docker.pid"],
            self.environment,
            self.folder / "dockerd.log",
        )
        wait_for(self._answers, "dockerd", seconds=60)
        return self

    def stop(self):
        if self._daemon:
            self._daemon.stop()
            self._daemon = None

    def pull(self, name, reference=":1"):
        self._docker("pull", "--quiet", name + reference)

    def _docker(self, *words, check=True):
        return run(
            ["docker", "-H", f"unix://{self._socket}", *words], self.environment, check=check
        )

    def _answers(self):
        return self._daemon.require_running() and self._docker("info", check=False).returncode == 0


class Containerd(Client):
    programs = ("containerd", "ctr")
    needs_root = True

    def configure(self):
        self._socket = self.folder / "containerd.sock"
        self._config = self.folder / "config.toml"
        self._config.write_text(
            "version = 2\n"
            f'root = "{self.storage}"\n'
            f'state = "{self.folder}/state"\n'
            'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n'
            f'[grpc]\n  address = "{self._socket}"\n',
            encoding="utf-8",
        )
        self._hosts = self.folder / "certs.d"
        for registry in self.registries:
            hosts = self._hosts / registry / "hosts.toml"
            hosts.parent.mkdir(parents=True)
            hosts.write_text(
                f'[host."{self.relay.endpoint}"]\n  capabilities = ["pull", "resolve"]\n',
                encoding="utf-8",
            )
        self._daemon = None

    def start(self):
        self._daemon = Daemon(
            ["containerd", "--config", self._config],
            self.environment,
            self.folder / "containerd.log",
        )
        wait_for(self._answers, "containerd", seconds=60)
        return self

    def stop(self):
        if self._daemon:
            self._daemon.stop()
            self._daemon = None

    def pull(self, name, reference=":1"):
        options = ["--hosts-dir", self._hosts, "--snapshotter", "native"]
        self._ctr("images", "pull", *options, "--platform", "linux/amd64", name + reference)

    def _ctr(self, *words, check=True):
        return run(["ctr", "--address", self._socket, *words], self.environment, check=check)

    def _answers(self):
        return self._daemon.require_running() and self._ctr("version", check=False).returncode == 0
