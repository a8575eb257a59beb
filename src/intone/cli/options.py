"""Arguments and options that several commands share."""

from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

from intone.labels import SCHEMES
from intone.language import LANGUAGES

Sex = Annotated[Literal["male", "female", "both"], Parameter(help="The sex of the speakers.")]

TrainedSex = Annotated[Literal["male", "female", "both", "each"], Parameter(
    help="The sex of the speakers; each trains a pair, one recognizer for men and one for women.")]

AskedSex = Annotated[Literal["male", "female", "auto"], Parameter(
    help="The sex of the speakers; auto detects it. It picks the network of a pair; in the default recognizer an "
         "emotion does not depend on it.")]

if TYPE_CHECKING:
    SchemeName = str
else:
    SchemeName = Literal[tuple(SCHEMES)]

Classes = Annotated[SchemeName, Parameter(help="The class scheme: " + ", ".join(
    f"{name} ({'the emotions' if name == '8' else ', '.join(one.classes)})" for name, one in SCHEMES.items()) + ".")]

Channel = Annotated[str, Parameter(
    help="mix (the mean of all channels; one alone where they cancel one another), each (an answer for every channel), "
         "or a number from 1.")]

Track = Annotated[str, Parameter(
    help="Of a file with several tracks of sound: default (the one that it names so, or the first that is not silent), "
         "each (an answer for every track), or a number from 1.")]

Speakers = Annotated[str, Parameter(
    help="How many people speak, 1 to 8, or auto to have them counted. Where there are several, each has an answer; "
         "with 1 nobody is told apart. channels: one on each channel, as in a call, which auto finds out too.")]

if TYPE_CHECKING:
    Language = str
else:
    Language = Literal[tuple(LANGUAGES)]

Vocal = Annotated[Literal["speech", "song", "all"], Parameter(help="Spoken recordings, sung ones, or all.")]

Recipe = Annotated[str | None, Parameter(
    help="For mfcc-cnn: level-independent (the recording level plays no part; the default) or original (every "
         "constant of the original system). For an encoder: tuned (its layers learn; the default), probe (a linear "
         "layer on it, fitted in minutes) or probe-votes (the same for one corpus with listeners' votes).")]

Network = Annotated[str, Parameter(
    help="mfcc-cnn (the original's convolutions on MFCC), or a speech encoder, one of Whisper, wav2vec 2.0, HuBERT and "
         "WavLM: a folder, or a name on the hub such as openai/whisper-base or microsoft/wavlm-base-plus.")]

Epochs = Annotated[int | None, Parameter(validator=Number(gte=1), help="Another number of epochs than the recipe's.")]

Seed = Annotated[int, Parameter(validator=Number(gte=0, lt=2**32), help="The same seed gives the same weights.")]

Jobs = Annotated[int | None, Parameter(validator=Number(gte=1), help="How many processes work; one a core by default.")]
