"""How large the packed files are: sizes.py, called by run.sh."""

from installed import files
from row import row

LIMIT = 40_000_000


def megabytes(bytes: int) -> str:
    return f"{bytes / 1e6:.1f} MB" if bytes >= 100_000 else f"{bytes / 1e3:.0f} kB"


wheel, *packages = [path.stat().st_size for path in files()]
row("sizes", "size of the wheel", megabytes(wheel), "limit 40 MB", wheel / LIMIT)
row(
    "sizes",
    "size of npm's packages, `adgen` and `adgen-linux-x64-gnu`",
    ", ".join(map(megabytes, packages)),
    "limit 40 MB each",
    max(packages) / LIMIT,
)
