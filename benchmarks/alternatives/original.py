"""The original recipe with the original's libraries: librosa, pandas, python_speech_features and Keras on TensorFlow.

    original.py make FOLDER         a network with random weights: the same arithmetic as a trained one
    original.py answer MODEL CLIP ...    the answers of clips, one after another
    original.py warm MODEL CLIP     a worker that answers the clip
    original.py clean FOLDER TO     cleans every clip of a folder
    original.py chunks FOLDER N     a worker that draws N chunks from cleaned clips, with their MFCC

A clip is read by librosa at 16 kHz; what lies above the envelope, a rolling mean of pandas, is kept; every tenth of a
second is put to the network alone. To train, a clip is read anew for every chunk that is drawn from it.
"""

import sys
from pathlib import Path

import numpy as np

RATE, CHUNK, THRESHOLD = 16_000, 1_600, 0.0005
FRAMES, COEFFICIENTS = 9, 13
PARAMETERS = 498_882


def read(path):
    """A clip at 16 kHz, mono."""
    import librosa

    return librosa.load(path, sr=RATE)[0]


def cleaned(signal):
    """The samples whose envelope lies above the threshold."""
    import pandas as pd

    level = pd.Series(signal).abs().rolling(window=RATE // 10, min_periods=1, center=True).mean()
    return signal[(level > THRESHOLD).to_numpy()]


def mfcc(chunk):
    """13 coefficients of the 9 frames of a chunk."""
    import python_speech_features

    return python_speech_features.mfcc(chunk, RATE, numcep=COEFFICIENTS, nfilt=26, nfft=512)


def answer(model, path):
    """The mean of what the network says of every whole chunk."""
    signal, said = cleaned(read(path)), []
    for start in range(0, len(signal) - CHUNK + 1, CHUNK):
        features = (mfcc(signal[start : start + CHUNK]) + 40) / 80  # the scaling that a trained one has kept
        said.append(model.predict(features.reshape(1, FRAMES, COEFFICIENTS, 1), verbose=0))
    return np.mean(said, axis=0)


def network():
    """Four convolutions, two dense layers, softmax over two classes."""
    from keras import Input, Sequential, layers

    model = Sequential([Input((FRAMES, COEFFICIENTS, 1)),
                        *(layers.Conv2D(maps, 3, padding="same", activation="relu") for maps in (16, 32, 64, 128)),
                        layers.MaxPool2D(2), layers.Dropout(0.5), layers.Flatten(), layers.Dense(128, "relu"),
                        layers.Dense(64, "relu"), layers.Dense(2, "softmax")])
    assert model.count_params() == PARAMETERS
    return model


def load(folder):
    """The network in a folder."""
    from keras import saving

    return saving.load_model(folder / "model.keras")


def clean(folder, to):
    """Every clip of a folder, cleaned, as float32 WAV under the same name."""
    from scipy.io import wavfile

    to.mkdir(parents=True)
    for path in sorted(folder.rglob("*.wav")):
        wavfile.write(to / path.name, RATE, cleaned(read(path)))


def emotion(path):
    """Negative or positive, of the third field of a name; None for what neither is."""
    return {2: 1, 3: 1, 4: 0, 5: 0, 6: 0}.get(int(path.stem.split("-")[2]))


def drawn(folder, number):
    """`number` random chunks of cleaned clips and their MFCC, (number, 9, 13)."""
    from scipy.io import wavfile

    files = {label: [path for path in sorted(folder.glob("*.wav")) if emotion(path) == label] for label in (0, 1)}
    lengths = {label: np.mean([len(wavfile.read(path)[1]) for path in files[label]]) for label in files}
    share = lengths[0] / (lengths[0] + lengths[1])
    rng, features = np.random.default_rng(0), []
    for _ in range(number):
        candidates = files[int(rng.random() > share)]
        _, signal = wavfile.read(candidates[rng.integers(len(candidates))])
        start = rng.integers(0, len(signal) - CHUNK + 1)
        features.append(mfcc(signal[start : start + CHUNK]))
    return np.array(features)


def main(task, *words):
    if task == "make":
        folder = Path(words[0])
        folder.mkdir(parents=True)
        network().save(folder / "model.keras")
    elif task == "answer":
        model = load(Path(words[0]))
        for path in words[1:]:
            print(path, answer(model, path))
    elif task == "clean":
        clean(Path(words[0]), Path(words[1]))
    elif task == "warm":
        import tensorflow as tf

        from worker import serve

        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        model = load(Path(words[0]))
        serve(lambda: answer(model, words[1]))
    elif task == "chunks":
        from worker import serve

        serve(lambda: drawn(Path(words[0]), int(words[1])))


if __name__ == "__main__":
    main(*sys.argv[1:])
