"""Every English sentence of the page. Another language is another table with the same keys.

Sentences about a recording (errors, reasons) come from the recognizer and are not repeated here. `{name}` is filled in
by the caller.
"""

from collections.abc import Mapping

from intone.errors import UsageError

ENGLISH: Mapping[str, str] = {
    "page.title": "intone: emotion recognition in speech",
    "page.name": "intone",
    "page.heading": "How does this voice sound?",
    "page.lead": "intone recognises emotion in recorded speech. Record a voice, or choose a file.",
    "form.label": "A recording of a voice",
    "form.again": "Another recording",
    "recorder.title": "Record",
    "recorder.start": "Record",
    "recorder.pause": "Pause",
    "recorder.resume": "Resume",
    "recorder.stop": "Stop",
    "recorder.again": "Discard",
    "recorder.level": "Microphone level in dBFS",
    "recorder.listen": "The recording",
    "recorder.raw": "Echo cancellation, noise suppression and automatic gain are off, because they change how a voice "
    "sounds.",
    "recorder.recording": "Recording.",
    "recorder.paused": "Paused.",
    "recorder.ready": "Recorded. Listen to it, or analyse it.",
    "recorder.quiet": "The recording is very quiet: move closer to the microphone and record again.",
    "recorder.clipped": "The recording is too loud and clipped: move away from the microphone and record again.",
    "recorder.refused": "The microphone is not allowed here: allow it in the browser, or choose a file.",
    "recorder.missing": "No microphone was found: connect one, or choose a file.",
    "recorder.taken": "The microphone cannot be read: close other programs that use it, or choose a file.",
    "recorder.insecure": "A browser records only on this computer's own address or over https: choose a file.",
    "form.drop": "Choose files, or drop them anywhere on this page:",
    "form.choose": "Choose a file:",
    "form.formats": "wav, mp3, m4a, mp4, webm and most other formats, up to {minutes} minutes and {megabytes} MB.",
    "form.sex": "Sex of the speaker",
    "form.sex.auto": "Automatic",
    "form.sex.female": "Female",
    "form.sex.male": "Male",
    "form.sex.accuracy": "With two classes, the answer is right for {female} of the recordings of women and {male} of "
    "those of men. The choice selects which of these results stand beside the answer. It does not change the answer.",
    "form.sex.detected": "The sex is detected automatically: choose it to correct a mistake.",
    "form.sex.one": "This model was trained on {who} only.",
    "form.sex.pair": "There is one model for women and one for men: the choice picks it. Automatic detects the sex "
    "first.",
    "form.more": "Channels and tracks",
    "form.channel": "Channel",
    "form.channel.mix": "All channels, mixed",
    "form.channel.each": "Each channel by itself",
    "form.track": "Track of sound",
    "form.track.default": "The usual one",
    "form.track.each": "Each track by itself",
    "form.more.hint": "A call may have a speaker on each channel. A video may have several tracks of sound.",
    "form.send": "Analyse",
    "voice.together": "All recordings are of one person: compare them with each other.",
    "voice.title": "Your normal voice",
    "voice.why": "A voice may sound sad or angry by nature. Once the page knows your normal voice, each answer is "
    "compared with it.",
    "voice.read": "Read this sentence in your normal voice, then keep it:",
    "voice.sentence": "The shop on the corner opens at nine, and the bus stops in front of it.",
    "voice.file": "A recording of your normal voice",
    "voice.keep": "Keep my normal voice",
    "voice.delete": "Delete it",
    "voice.set": "Your normal voice is known: each answer is compared with it.",
    "voice.unset": "Deleted: answers are no longer compared with it.",
    "voice.sending": "Listening to your voice.",
    "voice.choose": "Record the sentence first, or choose a file.",
    "voice.privacy": "The recording is forgotten at once. A few numbers that describe the voice stay in this browser "
    "only, and go along with each recording.",
    "wait.title": "Analysing the recording",
    "wait.progress": "Progress",
    "wait.cancel": "Cancel",
    "wait.cancelled": "Cancelled.",
    "wait.failed": "The server did not answer: check that it still runs, and try again.",
    "answer.title": "This voice sounds",
    "answer.neither.2": "neither negative nor positive",
    "answer.neither.3": "like none of these",
    "answer.status": "Answer: {label}, {share}, {confidence}.",
    "answer.confident": "Confident",
    "answer.odds.recorded": "In a test ({whom}), {right} of the {answers} answers with such a probability ({low} to "
    "{high}) were right.",
    "answer.odds.noisy": "In a test with noisy recordings ({whom}), {right} of the {answers} answers with such a "
    "probability ({low} to {high}) were right.",
    "answer.odds.clipped": "In a test with clipped recordings ({whom}), {right} of the {answers} answers with such a "
    "probability ({low} to {high}) were right.",
    "answer.not-confident": "Not confident",
    "answer.not-confident.plain": "The probability is too low to rely on: take this answer as a guess.",
    "answer.remarked": "Confident, with a remark",
    "answer.compared": "Compared with your normal voice.",
    "answer.compared.together": "Compared with the other recordings of this person.",
    "answer.compared.same": "That hardly changed the answer.",
    "answer.compared.moved": "Without that, the answer would be the same ({label} {share}); {moved} of the probability "
    "moved.",
    "answer.compared.other": "Without that, the answer would be {label} {share}; {moved} of the probability moved.",
    "answer.channel": "Channel {number}",
    "answer.track": "Track {number}",
    "answer.views": "Classes",
    "answer.view.2": "2 classes",
    "answer.view.3": "3 classes",
    "answer.view.8": "8 emotions",
    "answer.view.stress": "Stress",
    "answer.stress": "{share} of the speech sounds stressed: sad, angry, fearful or disgusted rather than neutral, "
    "calm, happy or surprised. This describes how the speech sounds and is no diagnosis.",
    "accuracy.title": "How accurate is it?",
    "accuracy.whose": "Speakers",
    "accuracy.right": "Right answers",
    "accuracy.all": "all",
    "accuracy.female": "women",
    "accuracy.male": "men",
    "accuracy.conditions": "The same with other recordings",
    "accuracy.recorded": "Recording",
    "timeline.title": "The recording and its segments",
    "timeline.play": "Play",
    "timeline.pause": "Pause",
    "timeline.back": "Previous segment",
    "timeline.next": "Next segment",
    "timeline.closer": "Zoom in",
    "timeline.farther": "Zoom out",
    "timeline.positive": "positive",
    "timeline.neutral": "neither",
    "timeline.negative": "negative",
    "timeline.current": "{start} to {end}: {label} {share}",
    "timeline.keys": "Click a segment to play it. Keys: space plays the recording, arrows go from segment to segment, "
    "enter plays one segment, plus and minus zoom.",
    "timeline.valence": "The line below the waveform is the valence: up is positive, down is negative.",
    "timeline.mute": "This browser cannot play the recording; the answer is not affected.",
    "why.title": "Why this answer",
    "why.ask": "Explain this answer",
    "why.strip": "Each quarter of a second was silenced in turn. Bars above the line speak for the answer, bars below "
    "it speak against it.",
    "why.attribution": "{start} to {end}: without it the answer would be {points} percentage points less likely",
    "why.attribution.one": "{start} to {end}: without it the answer would be {points} percentage point less likely",
    "why.none": "No single part of the recording decides this answer.",
    "pictures.title": "The sound in pictures",
    "pictures.waveform": "Waveform",
    "pictures.spectrum": "Spectrum",
    "pictures.filter-bank": "Filter bank",
    "pictures.mfcc": "MFCC",
    "takeaway.title": "Download the answer",
    "takeaway.hint": "A file has the classes that are shown.",
    "takeaway.csv": "CSV table",
    "takeaway.segments": "CSV of segments",
    "takeaway.json": "JSON",
    "takeaway.audacity": "Audacity labels",
    "takeaway.textgrid": "Praat TextGrid",
    "takeaway.webvtt": "WebVTT subtitles",
    "takeaway.picture": "Picture",
    "correction.title": "This answer is wrong",
    "correction.emotion": "The right emotion",
    "correction.agree": "I am the speaker, or the speaker agrees: keep this recording, at most its first {seconds} "
    "seconds, and its emotion for training, on the computer that serves this page.",
    "correction.keep": "Keep it",
    "correction.kept": "Kept on the computer that serves this page. Thank you.",
    "many.title": "Recordings",
    "answer.outside": "The bars divide {rest} of the probability among these classes. The other {share} belongs to "
    "other emotions: {names}.",
    "answer.outside.neither": "{share} of the probability belongs to other emotions: {names}. The bars divide the "
    "remaining {rest} among these classes:",
    "answer.table": "Probability of each class",
    "answer.class": "Class",
    "answer.probability": "Probability",
    "answer.segments": "Over time",
    "answer.segments.strip": "One bar per segment: positive above the line, negative below it, all else on it; the "
    "taller the bar, the more likely the class.",
    "answer.segments.table": "All segments",
    "answer.segment.time": "Time",
    "answer.segment.span": "{start} to {end}",
    "answer.segment.label": "Sounds",
    "answer.sex": "Voice",
    "answer.sex.detected": "{sex}, as detected",
    "answer.sex.chosen": "{sex}, as chosen",
    "answer.length": "Length",
    "answer.recognizer": "Model",
    "notes.title": "Good to know",
    "notes.privacy.title": "The recording is forgotten",
    "notes.privacy": "The recording goes to the computer that serves this page, and nowhere else. It is held in memory "
    "during the analysis, and forgotten after the answer.",
    "notes.meaning.title": "The answer is no diagnosis",
    "notes.meaning": "The answer describes how a voice sounds. It does not say what a person feels, and it says "
    "nothing about health.",
    "notes.recognizer.title": "The model",
    "notes.recognizer": "{name}, version {version}: trained on acted emotional speech.",
    "notes.recognizer.more": "What it recognises",
    "notes.recognizer.classes": "{classes}. The two classes are sums of these: sad, angry and fearful are negative; "
    "calm and happy are positive.",
    "notes.recognizer.classes.plain": "{classes}.",
    "notes.recognizer.trained": "Actors speak clearly and exaggerate, so everyday speech is harder to recognise.",
    "notes.version": "intone {version}",
    "api.title": "The API of intone",
    "api.lead": "Send a recording, and receive the answer as JSON. Errors are problem details (RFC 9457).",
    "api.takes": "Accepts",
    "api.name": "The name of an analysis.",
    "api.schemas": "Schemas",
    "error.no-body": "There is no recording in the request: send the file as its body, or as the field 'file' of a "
    "form.",
    "error.no-file": "No recording was chosen: choose a file first.",
    "error.empty": "The file is empty: record it again, or choose another.",
    "error.too-large": "The file is larger than {megabytes} MB: send a shorter part, or an mp3 or opus of it.",
    "error.busy": "Too many recordings are being analysed at the moment: send it again in a few seconds.",
    "error.lost": "The process that analysed this recording ended before it was done: send the recording again.",
    "error.other-site": "Another site sent this form: open this page itself and send the recording from there.",
    "error.other-host": "This page does not answer for the host {host}: open it at its own address, or start it with "
    "--allowed-host {host}.",
    "error.no-host": "The request names no host that can be read: open this page at its own address.",
    "error.other-type": "This address takes {takes}, and not {kind}: send it with the Content-Type {takes}.",
    "error.annotation-too-large": "The answer is larger than {megabytes} MB: send the JSON as it was given.",
    "error.corrections-full": "Nothing more is kept: the corrections on the computer that serves this page take "
    "{megabytes} MB, which is all they may; whoever runs it can move them elsewhere.",
    "error.corrections-unwritable": "The recording cannot be kept: the folder of the corrections cannot be written on "
    "the computer that serves this page; whoever runs it can give another with --corrections.",
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
