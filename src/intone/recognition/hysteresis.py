"""A label that is shown while it is measured again and again: calm, and not slow.

The label with the largest probability changes from second to second where two are about as likely, and nobody can read
what flickers. So the label that is shown gives way only to one that leads clearly, or that leads for some time.
"""

from collections.abc import Mapping

LEAD = 0.2
"""How much more probable than the shown label another must be to be shown at once."""

TIMES = 3
"""How often in a row another must be the most probable to be shown without such a lead."""


class Hysteresis:
    """The label that is shown; `update` with probabilities by label, each time that they are measured.

    >>> shown = Hysteresis()
    >>> [shown.update({"sad": sad, "calm": 1 - sad}) for sad in (0.6, 0.45, 0.45, 0.6, 0.3)]
    ['sad', 'sad', 'sad', 'sad', 'calm']
    """

    def __init__(self) -> None:
        self.label: str | None = None
        self._rival: str | None = None
        self._times = 0

    def update(self, shares: Mapping[str, float]) -> str:
        """The label to show after these probabilities, one for each label."""
        leader = max(shares, key=lambda name: shares[name])
        self._times = self._times + 1 if leader == self._rival else 1
        self._rival = leader
        if self.label is None or self._times >= TIMES or shares[leader] - shares.get(self.label, 0.0) >= LEAD:
            self.label = leader
        return self.label
