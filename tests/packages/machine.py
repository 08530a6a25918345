"""A machine with nothing on it: the least Debian, Python and Node, and no way to the network.

Made once by debootstrap and kept; each session works on a copy of its own. Commands run in namespaces of their own, with nothing of
this machine's environment. Needs to be root.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BASE = ROOT / "target/packages/machine"
# Python with what venv needs; Node and further Pythons are this machine's own, mounted.
INCLUDE = "python3,python3-venv,ca-certificates"
MOUNT = """
set -eu
machine=$1; shift
mount --make-rprivate /
mount -t proc proc "$machine/proc"
mount --rbind /dev "$machine/dev"
while [ "$1" != -- ]; do
    if [ -d "$1" ]; then mkdir -p "$machine$2"; else mkdir -p "$machine$(dirname "$2")"; touch "$machine$2"; fi
    mount --bind -o ro "$1" "$machine$2"
    shift 2
done
shift
exec chroot "$machine" /usr/bin/env -i HOME=/root LANG=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin "$@"
"""


def mirror() -> tuple[str, str]:
    """Where this machine's own apt gets Debian from, and which."""
    for path in [Path("/etc/apt/sources.list.d/debian.sources"), Path("/etc/apt/sources.list")]:
        if not path.is_file():
            continue
        lines = [line.split() for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
        pairs = {line[0]: line[1] for line in reversed(lines) if len(line) > 1}
        if "URIs:" in pairs:
            return pairs["URIs:"], pairs["Suites:"]
        entry = next((line for line in lines if line[0] == "deb"), None)
        if entry is not None:
            return entry[1], entry[2]
    raise AssertionError("this is no Debian: apt has no sources")


def base() -> Path:
    """The machine as it comes, made where it is not there yet."""
    done = BASE / ".done"
    if not done.is_file() or done.read_text() != INCLUDE:
        shutil.rmtree(BASE, ignore_errors=True)
        url, suite = mirror()
        subprocess.run(["debootstrap", "--variant=minbase", f"--include={INCLUDE}", suite, str(BASE), url], check=True, stdout=subprocess.DEVNULL)
        done.write_text(INCLUDE)
    return BASE


@dataclass
class Machine:
    """A copy of it in a folder."""

    folder: Path
    # What of this machine is to be seen in it, and where.
    mounts: dict[Path, str] = field(default_factory=dict)

    @classmethod
    def fresh(cls, folder: Path) -> Machine:
        subprocess.run(["cp", "-a", "--reflink=auto", str(base()), str(folder)], check=True)
        (folder / ".done").unlink()
        return cls(folder)

    def path(self, inside: str) -> Path:
        """A path of the machine, seen from outside."""
        return self.folder / inside.lstrip("/")

    def put(self, file: Path, inside: str) -> str:
        target = self.path(inside)
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.is_dir():
            shutil.copytree(file, target)
        else:
            shutil.copy2(file, target)
        return inside

    def write(self, inside: str, text: str) -> str:
        target = self.path(inside)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return inside

    def run(self, *command: str, code: int = 0, env: dict[str, str] | None = None) -> str:
        """Runs a command in it, and gives what it says on both ways; its exit code must be that one."""
        mounts = [str(part) for pair in self.mounts.items() for part in pair]
        given = [f"{name}={value}" for name, value in (env or {}).items()]
        namespaces = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child"]
        ran = subprocess.run([*namespaces, "sh", "-c", MOUNT, "sh", str(self.folder), *mounts, "--", *given, *command],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        assert ran.returncode == code, f"{' '.join(command)}: exit code {ran.returncode}\n{ran.stdout}"
        return ran.stdout
