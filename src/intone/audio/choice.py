"""Which channel and which track of a recording are asked for, and the wanted channels of its blocks."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from intone.audio.decoding.tracks import DEFAULT
from intone.audio.levels import Levels
from intone.audio.offset import Centring
from intone.errors import UsageError
from intone.language.sentences import said

if TYPE_CHECKING:
    from intone.audio.channels import Mixer

Block = NDArray[np.float32]

MOST_TRIED = 8
"""Channels of a recording that are taken one by one, at most."""


def check_choice(channel: str | int, track: str | int = DEFAULT) -> None:
    """A UsageError unless the channel is "mix", "each" or a number from 1, and the track "default", "each" or such."""
    for kind, asked, usual in (("channel", channel, "mix"), ("track", track, DEFAULT)):
        number = isinstance(asked, int) and not isinstance(asked, bool) and asked >= 1
        if not number and asked not in (usual, "each"):
            raise UsageError(f"There is no {kind} '{asked}' to choose: {usual}, each, or a number from 1.")
    if channel == track == "each":
        raise UsageError("Each channel of each track is too much at once: choose one track, or one channel.")


def number_of(chosen: str | int) -> int | None:
    """The number that was chosen, None for a word."""
    return chosen if isinstance(chosen, int) else None


class Choice:
    """The wanted channels of blocks (channels, samples), still two-dimensional, without a large constant offset."""

    def __init__(self, channel: str | int, levels: Levels) -> None:
        self._wanted, self.levels = channel, levels
        self._mixer: Mixer | None = None
        self._centred = Centring()
        levels.clear()

    def __call__(self, block: Block, rate: float) -> Block:
        if self._wanted == "mix":
            self.levels.add(block)
            wanted = block if len(block) == 1 else self._mixed(block, rate)
        else:
            wanted = block if self._wanted == "each" else self._one(block)
            self.levels.add(wanted)
        return self._centred(wanted, rate)

    def _mixed(self, block: Block, rate: float) -> Block:
        from intone.audio.channels import Mixer  # a recording of one channel does without

        self._mixer = self._mixer or Mixer()
        return self._mixer(block, rate)

    def _one(self, block: Block) -> Block:
        assert isinstance(self._wanted, int)
        if self._wanted > len(block):
            raise UsageError(said("There is no channel {number}: the last one of the recording is {last}.",
                                  number=self._wanted, last=len(block)))
        return block[self._wanted - 1 : self._wanted]

    def notes(self) -> Iterator[str]:
        """What whoever gets an answer must know, after all blocks."""
        return self._mixer.notes() if self._mixer else iter(())

    @property
    def apart(self) -> bool:
        """Whether each channel of a mix seems to have a voice of its own, by the blocks so far."""
        return self._mixer is not None and self._mixer.apart

    @property
    def worth_trying(self) -> tuple[int, ...]:
        """The channels of a mix to try alone."""
        return self._mixer.worth_trying[:MOST_TRIED] if self._mixer else ()
