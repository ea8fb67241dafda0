#!/usr/bin/env python3
"""Checks the layers of sidecar/: which folder may include which, and whose third-party headers.

    app -> proxy -> {upstream, stats, clients} -> {aws, store, oci} -> {net, db, process, config}
        -> base

A folder includes what stands to its right, never a folder in the same braces. Each breach is
printed as FILE:LINE: RULE; the exit status is 1 if there is one.
"""

import argparse
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

LAYERS = [
    {"base"},
    {"net", "db", "process", "config"},
    {"aws", "store", "oci"},
    {"upstream", "stats", "clients"},
    {"proxy"},
    {"app"},
]
LEVEL = {folder: level for level, folders in enumerate(LAYERS) for folder in folders}

# The name of a library, the headers that are its, the folders that may include them.
LIBRARIES = [
    ("OpenSSL SSL", r"openssl/(ssl|tls1|x509\w*|bio|pem)\.h", {"net"}),
    ("OpenSSL EVP", r"openssl/.*", {"base", "aws", "net"}),
    ("spdlog", r"(spdlog|fmt)/.*", {"base"}),
    ("CLI11", r"CLI/.*", {"config", "app"}),
    ("cpp-httplib", r"httplib\.h", {"net"}),
    ("SQLite", r"sqlite3\.h", {"db"}),
    ("Boost", r"boost/.*", {"process"}),
    ("nlohmann-json", r"nlohmann/.*", {"oci", "aws", "upstream", "stats", "clients", "app"}),
    ("pugixml", r"pugixml\.hpp", {"aws"}),
]
# These stay behind their folder's interface, whoever includes it.
NEVER_IN_A_SHARED_HEADER = {"OpenSSL SSL", "spdlog", "CLI11", "cpp-httplib", "SQLite", "Boost"}

# What is neither the project's nor a library's: C++ (no dot), C and POSIX.
SYSTEM_HEADER = re.compile(
    r"[a-z_0-9]+"
    r"|(sys|netinet|arpa|net|linux)/\w+\.h"
    r"|(dirent|dlfcn|errno|fcntl|getopt|glob|grp|ifaddrs|netdb|poll|pthread|pwd|sched|signal|spawn"
    r"|stdio|stdlib|string|syslog|termios|time|unistd|wordexp)\.h"
)
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


@dataclass(frozen=True)
class Include:
    line: int
    target: str
    quoted: bool


@dataclass(frozen=True)
class Breach:
    path: str
    line: int
    rule: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}"


def includes_of(path):
    found = []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        match = INCLUDE.match(text)
        if match:
            found.append(Include(number, match[2], match[1] == '"'))
    return found


def library_of(header):
    return next((entry for entry in LIBRARIES if re.fullmatch(entry[1], header)), None)


class Tree:
    """The includes of every file under one sidecar/ folder."""

    def __init__(self, sidecar):
        self.sidecar = sidecar
        self.files = {
            path.relative_to(sidecar).as_posix(): includes_of(path)
            for pattern in ("*.cpp", "*.hpp")
            for path in sorted(sidecar.rglob(pattern))
        }

    def third_party_behind(self, header, seen=None):
        """{library: header that includes it} of a project header and all that it includes."""
        seen = set() if seen is None else seen
        if header in seen or header not in self.files:
            return {}
        seen.add(header)
        libraries = {}
        for include in self.files[header]:
            if include.quoted:
                libraries.update(self.third_party_behind(include.target, seen))
                continue
            library = library_of(include.target)
            if library:
                libraries[library[0]] = header
        return libraries

    def breaches(self):
        for name, includes in self.files.items():
            folder = name.split("/")[0] if "/" in name else "main.cpp"
            if folder != "main.cpp" and folder not in LEVEL:
                yield Breach(name, 1, f"the folder {folder}/ stands in no layer")
                continue
            for include in includes:
                check = self.project_breaches if include.quoted else self.library_breaches
                for rule in check(folder, include):
                    yield Breach(name, include.line, rule)

    def project_breaches(self, folder, include):
        target = include.target.split("/")[0]
        if include.target not in self.files:
            yield f'"{include.target}" is no file of sidecar/ (paths start there)'
            return
        if target == folder or folder == "main.cpp":
            return
        if LEVEL.get(target, len(LAYERS)) >= LEVEL[folder]:
            yield f"{folder}/ may not include {target}/"
            return
        for library, header in self.third_party_behind(include.target).items():
            allowed = next(entry[2] for entry in LIBRARIES if entry[0] == library)
            if library in NEVER_IN_A_SHARED_HEADER or folder not in allowed:
                yield f"{include.target} brings {library} into {folder}/ (by {header})"

    def library_breaches(self, folder, include):
        library = library_of(include.target)
        if library is None:
            if not SYSTEM_HEADER.fullmatch(include.target):
                yield f"<{include.target}> is of no library that a folder may use"
        elif folder not in library[2]:
            allowed = ", ".join(f"{name}/" for name in sorted(library[2]))
            yield f"<{include.target}> is {library[0]}, which is for {allowed} alone"


def self_test():
    """Each rule against a tree that breaks it, and one that breaks none."""
    sound = {
        "base/text.hpp": "#include <string>\n",
        "net/server.cpp": '#include "base/text.hpp"\n#include <httplib.h>\n#include <poll.h>\n',
        "net/server.hpp": "#include <memory>\n",
        "oci/manifest.cpp": '#include "oci/json.hpp"\n',
        "oci/json.hpp": "#include <nlohmann/json.hpp>\n",
        "aws/sign.cpp": '#include "net/server.hpp"\n#include <openssl/evp.h>\n',
        "stats/report.cpp": '#include "oci/json.hpp"\n',
        "app/daemon.hpp": '#include "stats/report.hpp"\n',
        "stats/report.hpp": "",
        "main.cpp": '#include "app/daemon.hpp"\n',
    }
    broken = [
        ({"base/up.cpp": '#include "net/server.hpp"\n'}, "base/ may not include net/"),
        ({"aws/side.cpp": '#include "oci/json.hpp"\n'}, "aws/ may not include oci/"),
        ({"stats/up.cpp": '#include "app/daemon.hpp"\n'}, "stats/ may not include app/"),
        ({"proxy/x.cpp": "\n#include <httplib.h>\n"}, "which is for net/ alone"),
        ({"proxy/x.cpp": '#include "oci/json.hpp"\n'}, "brings nlohmann-json into proxy/"),
        (
            {
                "net/leak.hpp": "#include <httplib.h>\n",
                "net/outer.hpp": '#include "net/leak.hpp"\n',
                "aws/x.cpp": '#include "net/outer.hpp"\n',
            },
            "brings cpp-httplib into aws/ (by net/leak.hpp)",
        ),
        ({"base/x.cpp": "#include <zlib.h>\n"}, "of no library"),
        ({"base/x.cpp": '#include "text.hpp"\n'}, "is no file of sidecar/"),
        ({"extras/x.cpp": ""}, "stands in no layer"),
    ]
    failures = 0
    for files, expected in [({}, None)] + broken:
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**sound, **files}.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            found = [str(breach) for breach in Tree(Path(folder)).breaches()]
        as_expected = len(found) == 1 and expected in found[0] if expected else not found
        if not as_expected:
            failures += 1
            print(f"self-test: expected {expected!r} alone, found {found}", file=sys.stderr)
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--self-test", action="store_true", help="check the checker")
    arguments = parser.parse_args()
    if arguments.self_test:
        return 1 if self_test() else 0
    sidecar = Path(__file__).resolve().parent.parent / "sidecar"
    breaches = list(Tree(sidecar).breaches())
    for breach in breaches:
        print(f"sidecar/{breach}")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
