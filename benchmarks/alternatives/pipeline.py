"""An audio-classification pipeline of transformers with the architecture of wav2vec2-base, 95 million parameters.

    pipeline.py make FOLDER         a network with random weights: the same arithmetic as a trained one
    pipeline.py answer MODEL CLIP ...    the answers of clips, one after another
    pipeline.py warm MODEL CLIP     a worker that answers the clip on one thread

The pipeline opens files by a program, ffmpeg, which not every machine has; so soundfile reads them and soxr resamples,
which costs less than starting a program.
"""

import sys
from pathlib import Path

LABELS = ("neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised")


def make(folder):
    """A folder as `from_pretrained` takes it."""
    from transformers import Wav2Vec2Config, Wav2Vec2FeatureExtractor, Wav2Vec2ForSequenceClassification

    config = Wav2Vec2Config(num_labels=len(LABELS), id2label=dict(enumerate(LABELS)))
    model = Wav2Vec2ForSequenceClassification(config)
    assert 94e6 < model.num_parameters() < 96e6
    model.save_pretrained(folder)
    Wav2Vec2FeatureExtractor(sampling_rate=16_000, do_normalize=True).save_pretrained(folder)


def load(folder):
    """The pipeline."""
    from transformers import pipeline

    return pipeline("audio-classification", model=folder, feature_extractor=folder, device="cpu")


def answer(classify, path):
    """What the pipeline says of a clip."""
    import soundfile
    import soxr

    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    signal = soxr.resample(samples.mean(axis=1), rate, 16_000)
    return classify({"raw": signal, "sampling_rate": 16_000})


def main(task, *words):
    if task == "make":
        make(Path(words[0]))
    elif task == "answer":
        classify = load(words[0])
        for path in words[1:]:
            print(path, answer(classify, path))
    elif task == "warm":
        import torch

        from worker import serve

        torch.set_num_threads(1)
        classify = load(words[0])
        serve(lambda: answer(classify, words[1]))


if __name__ == "__main__":
    main(*sys.argv[1:])
