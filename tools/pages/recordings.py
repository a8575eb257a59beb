"""The formats of recordings, from the list that the decoder has."""

from intone.audio.decoding.formats import FORMATS
from pages.committed import Results


def formats(_: Results) -> str:
    """Every format, and how names of its files end."""
    return "\n".join(["| format | names end in |", "|---|---|", *(
        f"| {one.name} | {', '.join(suffix[1:] for suffix in one.suffixes)} |" for one in FORMATS), ""])
