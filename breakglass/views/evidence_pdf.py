"""The PDF of a pack."""
from breakglass.actions.exporting import Contents


def render(contents: Contents) -> bytes | None:
    return None
