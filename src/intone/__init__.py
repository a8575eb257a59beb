"""intone hears the emotion in a recording of a voice.

    import intone
    intone.load().predict("clip.m4a").label

One direction of flow; no module knows the ones after it:

    errors         everything that can go wrong, as one tree
    labels         emotions, sexes, and the schemes that group emotions into classes
    corpora/       folders of recordings with labels, as one table of clips
    audio          bytes of a recording -> signal: mono, 16 kHz
    envelope       where in a signal there is sound
    cleaning       a corpus -> a folder of clips with only the sound
    features       MFCC, log filter bank, spectrum
    front_end      signal -> what a network takes; training and serving share it
    chunks         random tenths of a second to train on
    recipe         every constant of a training, under a name
    network        the CNN in PyTorch
    run            the folder of a training
    training       the loop
    folds          which voices test, validate and train
    calibration    how sure is sure
    export         trained network -> ONNX file with labels, settings and scaling
    model_file     the ONNX file, read and checked
    speech         where in a recording someone speaks
    prediction     the answer
    recognizer     recording -> answer
    verification   a run on its own clips and, beside it, on voices it never heard
    evaluation     five folds, metrics, tables
    plots          figures of clips and corpora
    cli, web/      what a person sees
"""

from intone.errors import IntoneError, RecordingError
from intone.prediction import Prediction, RecognizerIdentity, Stretch
from intone.recognizer import Recognizer, load

__version__ = "0.1.0"
__all__ = ["IntoneError", "Prediction", "Recognizer", "RecognizerIdentity", "RecordingError", "Stretch", "load"]
