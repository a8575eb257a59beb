"""Every English sentence of the page. Another language is another table with the same keys.

Sentences about a recording (errors, reasons) come from the recognizer and are not repeated here. `{name}` is filled in
by the caller.
"""

from collections.abc import Mapping

from intone.errors import UsageError

ENGLISH: Mapping[str, str] = {
    "page.title": "intone: how does a voice sound?",
    "page.name": "intone",
    "page.heading": "How does this voice sound?",
    "page.lead": "Give a recording of somebody speaking, and hear which emotion it carries.",
    "form.label": "A recording of a voice",
    "form.again": "Another recording",
    "recorder.title": "Record",
    "recorder.start": "Record",
    "recorder.pause": "Pause",
    "recorder.resume": "Go on",
    "recorder.stop": "Stop",
    "recorder.again": "Discard it",
    "recorder.level": "Level of the microphone in dBFS",
    "recorder.listen": "What was recorded",
    "recorder.raw": "Echo cancellation, noise suppression and automatic gain are off: they change how a voice sounds.",
    "recorder.recording": "Recording.",
    "recorder.paused": "Paused.",
    "recorder.ready": "Recorded. Listen to it, or send it.",
    "recorder.quiet": "It is very quiet: come closer to the microphone and record it again.",
    "recorder.clipped": "It is too loud and clipped: go farther from the microphone and record it again.",
    "recorder.refused": "The microphone is not allowed here: allow it in the browser, or choose a file.",
    "recorder.missing": "No microphone was found: connect one, or choose a file.",
    "recorder.taken": "The microphone cannot be read: close other programs that use it, or choose a file.",
    "recorder.insecure": "A browser records only on this computer's own address or over https: choose a file.",
    "form.drop": "Choose a file, or drop one anywhere on this page:",
    "form.choose": "Choose a file:",
    "form.formats": "wav, flac, mp3, ogg, opus, m4a, mp4 or webm, up to {minutes} minutes and {megabytes} MB.",
    "form.sex": "Sex of the voice",
    "form.sex.auto": "Automatic",
    "form.sex.female": "Female",
    "form.sex.male": "Male",
    "form.sex.figures": "In two classes {female} of women's and {male} of men's recordings are answered right. The "
    "program hears the sex by itself; a choice tells it only where it would be wrong.",
    "form.send": "Recognize the emotion",
    "wait.title": "Listening to the recording",
    "wait.progress": "How far it is",
    "wait.cancel": "Cancel",
    "wait.cancelled": "Cancelled.",
    "wait.failed": "The page was not answered: check that the server still runs, and send the recording again.",
    "answer.title": "This voice sounds",
    "answer.neither.2": "neither negative nor positive",
    "answer.neither.3": "like none of these",
    "answer.status": "Answer: {label}, {share}, {sureness}.",
    "answer.confident": "Sure",
    "answer.odds.recorded": "Of {answers} such answers about recordings of these classes ({whom}; {low} to {high} "
    "likely), {right} were right.",
    "answer.odds.noisy": "Of {answers} such answers about noisy recordings of these classes ({whom}; {low} to {high} "
    "likely), {right} were right.",
    "answer.odds.clipped": "Of {answers} such answers about clipped recordings of these classes ({whom}; {low} to {high} "
    "likely), {right} were right.",
    "answer.unsure": "Not sure",
    "answer.unsure.plain": "The classes are close: take this answer as a guess.",
    "answer.warned": "Sure, with a remark",
    "answer.views": "Classes",
    "answer.view.2": "2 classes",
    "answer.view.3": "3 classes",
    "answer.view.8": "8 emotions",
    "answer.view.stress": "Strain",
    "answer.strain": "{share} of the speech sounds strained: sad, angry, fearful or disgusted rather than neutral, "
    "calm, happy or surprised. This is how the voice sounds, and no diagnosis.",
    "figures.title": "How good is it for this voice?",
    "figures.whose": "Voices",
    "figures.right": "Right",
    "figures.all": "all",
    "figures.female": "women",
    "figures.male": "men",
    "figures.conditions": "The same, in other recordings",
    "figures.recorded": "Recording",
    "timeline.title": "The recording and its segments",
    "timeline.play": "Play",
    "timeline.pause": "Pause",
    "timeline.back": "Segment before",
    "timeline.next": "Next segment",
    "timeline.closer": "Closer",
    "timeline.farther": "Farther",
    "timeline.positive": "positive",
    "timeline.neutral": "neither",
    "timeline.negative": "negative",
    "timeline.current": "{start} to {end}: {label} {share}",
    "timeline.keys": "Click a segment to hear it. Keys: space plays, arrows go from segment to segment, enter hears "
    "one, plus and minus zoom. The line below the waveform is the valence: up is positive, down negative.",
    "timeline.mute": "This browser cannot play the recording; the answer is not affected.",
    "why.title": "What it stands on",
    "why.ask": "Which attributions weighed most?",
    "why.strip": "Each quarter of a second was silenced in turn: above the line what speaks for the answer, below it "
    "what speaks against it.",
    "why.attribution": "{start} to {end}: without it the answer would be {points} percentage points less likely",
    "why.none": "No single attribution carries this answer.",
    "pictures.title": "The sound in pictures",
    "pictures.waveform": "Waveform",
    "pictures.spectrum": "Spectrum",
    "pictures.filter-bank": "Filter bank",
    "pictures.mfcc": "MFCC",
    "takeaway.title": "Take it away",
    "takeaway.hint": "In the classes that are shown.",
    "takeaway.csv": "CSV table",
    "takeaway.segments": "CSV of segments",
    "takeaway.json": "JSON",
    "takeaway.audacity": "Audacity labels",
    "takeaway.textgrid": "Praat TextGrid",
    "takeaway.webvtt": "WebVTT subtitles",
    "takeaway.picture": "Picture",
    "correction.title": "This was wrong",
    "correction.emotion": "It was",
    "correction.agree": "I spoke, or whoever did agrees: keep this clip and its label on this machine, to train with.",
    "correction.keep": "Keep it",
    "correction.kept": "Kept on the computer that serves this page. Thank you.",
    "many.title": "Recordings",
    "answer.outside": "This is how {rest} of the answer is shared out; {share} lies with what these classes leave out: "
    "{names}.",
    "answer.outside.neither": "{share} lies with what these classes leave out: {names}. The other {rest}:",
    "answer.table": "How likely each class is",
    "answer.class": "Class",
    "answer.likely": "Likely",
    "answer.segments": "Through the recording",
    "answer.segments.strip": "One bar a segment: above the line positive, below it negative, on it everything else; "
    "the taller, the likelier.",
    "answer.segments.table": "Every segment",
    "answer.segment.time": "Time",
    "answer.segment.span": "{start} to {end}",
    "answer.segment.label": "Sounds",
    "answer.sex": "Voice",
    "answer.sex.heard": "{sex}, as heard",
    "answer.sex.chosen": "{sex}, as chosen",
    "answer.length": "Length",
    "answer.recognizer": "Recognizer",
    "notes.title": "Good to know",
    "notes.privacy.title": "It is forgotten",
    "notes.privacy": "The recording goes to the computer that serves this page, and nowhere else. It is held in memory "
    "while it is heard, and forgotten after the answer.",
    "notes.meaning.title": "It is not a diagnosis",
    "notes.meaning": "The answer describes how a voice sounds. It does not know what a person feels, and says nothing "
    "about health.",
    "notes.recognizer.title": "What answers here",
    "notes.recognizer": "{name}, version {version}: a neural network that learned from acted emotions.",
    "notes.recognizer.more": "What it can tell apart",
    "notes.recognizer.classes": "{classes}. Two classes are sums of these: sad, angry and fearful are negative; calm "
    "and happy are positive.",
    "notes.recognizer.classes.plain": "{classes}.",
    "notes.recognizer.learned": "Actors speak clearly and exaggerate, so everyday speech is harder than what it "
    "learned from.",
    "notes.version": "intone {version}",
    "api.title": "intone for programs",
    "api.lead": "Send a recording, read how it sounds as JSON. Problems come as RFC 9457 has them.",
    "api.takes": "Takes",
    "api.name": "The name of an analysis.",
    "api.schemas": "What comes and goes",
    "error.no-body": "There is no recording in the request: send the file as its body, or as the field 'file' of a "
    "form.",
    "error.no-file": "No recording was chosen: choose a file first.",
    "error.empty": "The file is empty: record it again, or choose another.",
    "error.too-large": "The file is larger than {megabytes} MB: send a shorter part, or an mp3 or opus of it.",
    "error.busy": "Too many recordings are being heard at the attribution: send it again in a few seconds.",
    "error.lost": "The process that heard this recording has ended before it was done: send the recording again.",
    "error.other-site": "Another site sent this form: open this page itself and send the recording from there.",
    "error.not-found": "There is nothing at this address: start from the form on this page.",
    "error.method": "This address does not take this kind of request: start from the form on this page.",
    "error.request": "The request cannot be understood ({name}): send it with the form on this page.",
    "error.internal": "Something went wrong on our side, not with the recording: send it again, or try another.",
    "class.negative": "negative",
    "class.positive": "positive",
    "class.neutral": "neutral",
    "class.calm": "calm",
    "class.happy": "happy",
    "class.sad": "sad",
    "class.angry": "angry",
    "class.fearful": "fearful",
    "class.disgust": "disgusted",
    "class.surprised": "surprised",
    "class.stressed": "stressed",
    "class.not stressed": "not stressed",
    "class.neither": "neither",
    "sex.female": "female",
    "sex.male": "male",
}

LANGUAGES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH}


class Texts:
    """The sentences of one language: `texts("form.send")`, `texts("error.too-large", megabytes="100")`."""

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise UsageError(f"There are no texts in '{language}': choose {' or '.join(LANGUAGES)}.")
        self.language = language
        self._table = LANGUAGES[language]

    def __call__(self, key: str, **values: object) -> str:
        """The sentence of a key, with its places filled in; KeyError for a key that no table has."""
        return self._table[key].format(**values)

    def __contains__(self, key: str) -> bool:
        return key in self._table
