#!/usr/bin/env python3
"""Downloads what a list of pinned artefacts names, once.

    fetch.py LIST FOLDER    exits 1 with a sentence when one cannot be had, or is not what was pinned

Each line of the list is a SHA-256 and an address. A file that is there with its hash is left alone; one with another
hash is fetched again. What does not fit its hash is never kept, and a jar that is no longer on the list goes.
"""

import hashlib
import sys
import urllib.request
from pathlib import Path

ATTEMPTS = 3
SECONDS = 60


def pins(listed):
    """Hash and address of each line that says something."""
    lines = [line.split() for line in listed.read_text(encoding="utf-8").splitlines()]
    return [(line[0], line[1]) for line in lines if line and not line[0].startswith("#")]


def name(url):
    return url.rsplit("/", 1)[-1]


def read(url):
    """The bytes at an address. A server that is busy is asked again."""
    for left in reversed(range(ATTEMPTS)):
        try:
            with urllib.request.urlopen(url, timeout=SECONDS) as answer:
                return answer.read()
        except OSError as error:
            if not left:
                sys.exit(f"validators: {url} cannot be downloaded ({error}): check the way to it and try again")


def fetch(digest, url, folder):
    path = folder / name(url)
    if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest:
        return
    print(f"validators: fetching {url}", flush=True)
    content = read(url)
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        sys.exit(
            f"validators: {url} has the SHA-256 {found}, pinned is {digest}: it was cut short or changed and is not "
            "used; try again, and pin it anew only if its owner says why it changed"
        )
    part = path.with_suffix(".part")
    part.write_bytes(content)
    part.replace(path)


def main():
    listed, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    wanted = pins(listed)
    for digest, url in wanted:
        fetch(digest, url, folder)
    for old in {path.name for path in folder.glob("*.jar")} - {name(url) for _, url in wanted}:
        (folder / old).unlink()


if __name__ == "__main__":
    main()
