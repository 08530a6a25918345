"""A machine with nothing on it: the least Debian, Python and Node, and no way to the network.

Made once for each suite by debootstrap and kept; each session works on copies of its own. Commands run in namespaces of their own, with
nothing of this machine's environment. Needs to be root.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What comes beside the least Debian: Python with what venv needs. Node is this machine's own, mounted, but where the suite has one.
PYTHON = "python3,python3-venv,ca-certificates"
SUITES = {
    "bullseye": PYTHON,  # Python 3.9, glibc 2.31: the oldest Python that the wheel is for.
    "bookworm": PYTHON,  # 3.11, 2.36
    "trixie": f"{PYTHON},nodejs",  # 3.13, 2.41
}
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


def mirror() -> str:
    """Where this machine's own apt gets Debian from."""
    for path in [Path("/etc/apt/sources.list.d/debian.sources"), Path("/etc/apt/sources.list")]:
        if not path.is_file():
            continue
        lines = [line.split() for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
        addresses = [line[1] for line in lines if line[0] in ("URIs:", "deb") and len(line) > 1]
        if addresses:
            return addresses[0]
    raise AssertionError("this is no Debian: apt has no sources")


def base(suite: str, work: Path) -> Path:
    """The machine as it comes, made where it is not there yet, in the folder `work`: dpkg waits for the disk at every package, and in
    memory does not."""
    include = SUITES[suite]
    folder = ROOT / f"target/packages/machine-{suite}"
    done = folder / ".done"
    if not done.is_file() or done.read_text() != include:
        made = work / f"new-{suite}"
        ran = subprocess.run(["debootstrap", "--variant=minbase", f"--include={include}", suite, str(made), mirror()],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        assert ran.returncode == 0, f"debootstrap of {suite}: {ran.stdout[-2000:]}"
        # A third of it is what apt keeps, and each copy would have it again.
        for kept in ["var/cache/apt/archives", "var/lib/apt/lists"]:
            shutil.rmtree(made / kept)
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", str(made), str(folder)], check=True)
        done.write_text(include)
        shutil.rmtree(made)
    return folder


@dataclass
class Machine:
    """A copy of it in a folder."""

    folder: Path
    # What of this machine is to be seen in it, and where.
    mounts: dict[Path, str] = field(default_factory=dict)

    @classmethod
    def fresh(cls, suite: str, folder: Path) -> Machine:
        subprocess.run(["cp", "-a", "--reflink=auto", str(base(suite, folder.parent)), str(folder)], check=True)
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

    def lend_node(self) -> None:
        """This machine's npm, and its Node where the suite has none."""
        node, npm = shutil.which("node"), shutil.which("npm")
        assert node and npm, "Node is missing"
        if not self.path("/usr/bin/node").exists():
            self.mounts[Path(node).resolve()] = "/usr/bin/node"
        self.mounts[Path(npm).resolve().parents[1]] = "/usr/lib/npm"
        for name in ["npm", "npx"]:
            self.path(f"/usr/bin/{name}").symlink_to(f"/usr/lib/npm/bin/{name}-cli.js")

    def install_wheel(self, wheel: Path) -> None:
        """Into a fresh environment, /opt/venv."""
        self.run("python3", "-m", "venv", "/opt/venv")
        self.run("/opt/venv/bin/pip", "install", "--no-index", "--quiet", self.put(wheel, f"/opt/{wheel.name}"))

    def install_tarballs(self, tarballs: list[Path]) -> None:
        """Into an empty folder, /opt/node."""
        packages = [self.put(path, f"/opt/{path.name}") for path in tarballs]
        self.write("/opt/node/package.json", '{"private": true}')
        install = f"npm install --offline --no-audit --no-fund --silent {' '.join(packages)}"
        self.run("sh", "-c", f"cd /opt/node && {install}")

    def run(self, *command: str, code: int = 0, env: dict[str, str] | None = None) -> str:
        """Runs a command in it, and gives what it says on both ways; its exit code must be that one."""
        mounts = [str(part) for pair in self.mounts.items() for part in pair]
        given = [f"{name}={value}" for name, value in (env or {}).items()]
        namespaces = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child"]
        ran = subprocess.run([*namespaces, "sh", "-c", MOUNT, "sh", str(self.folder), *mounts, "--", *given, *command],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        assert ran.returncode == code, f"{' '.join(command)}: exit code {ran.returncode}\n{ran.stdout}"
        return ran.stdout
