def version() -> str:
    """The version of adgen."""

def validate(project: str) -> list[tuple[str, str]]:
    """Path and message of every problem of a document; empty where it is sound."""
