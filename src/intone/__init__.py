"""intone hears the emotion in a recording of a voice.

    import intone
    intone.load().predict("clip.m4a").label

One direction of flow; no module knows the ones after it:

    errors         everything that can go wrong, as one tree
    labels         emotions, sexes, and the schemes that group emotions into classes
    settings       frozen dataclasses to JSON and back, strictly
    files          files that are written whole or not at all
    allocator      what becomes of freed memory
    parallel       one function over many items, in several processes, with a progress bar
    corpora/       folders of recordings with labels, as one table of clips
    decoding       bytes of a recording -> blocks of samples
    audio          bytes of a recording -> signal: mono, 16 kHz
    envelope       where in a signal there is sound
    runtime        one way to run an ONNX network
    speech         where in a recording someone speaks
    perturbations  what befalls a voice on its way: level, noise, rooms, microphones, codecs, speed
    cleaning       a corpus -> a folder of clips with only the sound
    features       MFCC, log filter bank, log-mel, spectrum
    front_end      signal -> what a network takes; training and serving share it
    chunks         random tenths of a second to train on
    wavlm          the layers of WavLM, each by itself
    encoder        the first layers of a pretrained speech encoder
    recipe         every constant of a training, under a name
    network        the CNN in PyTorch
    weights        tensors in files that can hold nothing that runs
    ranks          the processes of one training, on cores or GPUs
    run            the folder of a training
    history        its epochs
    folds          which voices test, validate and train
    spoken         clips cut to what is spoken in them
    states         what a frozen encoder says of clips
    standard       features in deviations from usual ones, and how strange a sound is
    training       the loop of the CNN
    probe          a linear layer on a frozen encoder
    upper          the network of a fine-tuning
    batches        the clips of a fine-tuning in batches
    tuning         layers of an encoder learn further
    metrics        accuracy, UAR, macro-F1, calibration error, intervals over voices
    calibration    how sure is sure
    model_file     the ONNX file, read and checked
    parts          a recording of any length in parts, cut where nobody speaks
    quality        how noisy and how clipped a recording is
    prediction     the answer
    explanation    which moments of a recording speak for its answer
    listening      a recording, part by part -> what a network says of it
    annotations    the stretches of an answer -> text for other programs
    recognizer     recording -> answer
    figures        how good the bundled recognizer is, and for whom
    scoring        answers of a model for the clips of a table
    export         trained network -> ONNX file with labels, settings and scaling
    fitting        a run from its clips to its recognizer
    verification   a run on its own clips and, beside it, on voices it never heard
    report         answers of five folds -> figures and tables
    evaluation     five folds by actor
    robustness     an evaluation's clips after everything that may befall them
    plots/         figures of clips, corpora and trainings
    batch/         many recordings into one table, through processes or Dask
    cli, web/      what a person sees
"""

from intone.errors import IntoneError, RecordingError
from intone.prediction import Moment, Prediction, RecognizerIdentity, Stretch
from intone.recognizer import Recognizer, load

__version__ = "0.2.0"
__all__ = ["IntoneError", "Moment", "Prediction", "Recognizer", "RecognizerIdentity", "RecordingError", "Stretch",
           "load"]
