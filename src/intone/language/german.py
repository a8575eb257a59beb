"""Every text of the page and of the answers in German, and the sentences about recordings."""

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "page.title": "intone: Emotionen in der Stimme erkennen",
    "page.name": "intone",
    "page.heading": "Wie klingt diese Stimme?",
    "page.lead": "intone hört, wie Gesprochenes klingt: wütend, fröhlich, traurig, ruhig und mehr.",
    "form.label": "Aufnahme einer Stimme",
    "form.again": "Noch eine Aufnahme",
    "recorder.title": "Aufnehmen",
    "recorder.start": "Aufnehmen",
    "recorder.advice": "Sprich 5 bis 15 Sekunden lang, in deinen eigenen Worten.",
    "recorder.forgotten": "Deine Aufnahme wird vergessen, sobald die Antwort da ist.",
    "recorder.pause": "Pause",
    "recorder.resume": "Fortsetzen",
    "recorder.stop": "Stopp",
    "recorder.discard": "Verwerfen",
    "recorder.undo": "Rückgängig machen",
    "recorder.level": "Mikrofonpegel in dBFS",
    "recorder.listen": "Die Aufnahme",
    "recorder.raw": "Während du aufnimmst, sind Echounterdrückung, Rauschunterdrückung und automatische "
    "Lautstärkeregelung ausgeschaltet, denn sie verändern den Klang einer Stimme.",
    "recorder.recording": "Die Aufnahme läuft.",
    "recorder.paused": "Die Aufnahme pausiert.",
    "recorder.ready": "Die Aufnahme ist fertig. Hör sie dir an oder analysiere sie.",
    "recorder.quiet": "Die Aufnahme ist sehr leise: Geh näher ans Mikrofon und nimm noch einmal auf.",
    "recorder.clipped": "Die Aufnahme ist zu laut und übersteuert: Geh weiter weg vom Mikrofon und nimm noch einmal "
    "auf.",
    "recorder.gone": "Das Mikrofon ist weg. Was es bis dahin aufgenommen hat, ist da: hör es an, oder analysiere es.",
    "recorder.discarded": "Verworfen.",
    "recorder.replaced": "Die Datei ersetzt deine Aufnahme.",
    "recorder.restored": "Die Aufnahme ist wieder da. Hör sie dir an oder analysiere sie.",
    "recorder.refused": "Das Mikrofon ist hier nicht erlaubt: Erlaube es im Browser oder wähle eine Datei.",
    "recorder.missing": "Es wurde kein Mikrofon gefunden: Schließe eines an oder wähle eine Datei.",
    "recorder.taken": "Das Mikrofon lässt sich nicht nutzen: Schließe andere Programme, die es verwenden, oder wähle "
    "eine Datei.",
    "recorder.insecure": "Browser nehmen nur auf, wenn die Seite auf diesem Computer läuft oder über https geladen "
    "wird: Wähle eine Datei.",
    "where.title": "Wo die Aufnahme analysiert wird",
    "where.on-device": "Auf diesem Gerät",
    "where.on-server": "Auf dem Server",
    "where.stays": "Der Ton bleibt auf diesem Gerät: Dein Browser analysiert ihn.",
    "where.usual": "Dein Browser analysiert den Ton. Kann er es nicht, geht der Ton an den Server, der keine Kopie "
    "behält.",
    "where.server": "Die Aufnahme geht an den Server und wird vergessen, sobald die Antwort da ist.",
    "where.site": "Der Ton bleibt auf diesem Gerät: Diese Seite hat keinen Server, der ihn empfangen könnte.",
    "where.progress": "Wird vorbereitet",
    "where.loading": "Wird vorbereitet: {share}",
    "where.only-server": "Das kann nur der Server. Auf diesem Gerät gilt jede Aufnahme als die einer einzigen Person.",
    "where.old": "Dieser Browser ist zu alt, um Aufnahmen selbst zu analysieren.",
    "where.memory": "Dieses Gerät hat zu wenig freien Speicher, um Aufnahmen selbst zu analysieren.",
    "where.model": "Das Modell kam nicht vollständig an oder wurde verändert: Lade die Seite neu.",
    "where.network": "Das Modell ließ sich nicht laden: Prüfe die Verbindung und versuch es noch einmal.",
    "where.unread": "Dieser Browser kann die Datei nicht als Aufnahme lesen.",
    "where.long": "Dein Browser analysiert Aufnahmen von bis zu {minutes} Minuten, und diese ist länger.",
    "where.only": "Dein Browser kann Personen, Kanäle und Spuren nicht unterscheiden.",
    "where.broken": "Dein Browser hat die Analyse nicht beendet.",
    "where.instead": "Stattdessen hat der Server die Aufnahme analysiert und schon vergessen.",
    "where.choose": "Wähle „Auf dem Server“, um sie dort analysieren zu lassen.",
    "where.one": "Wer darin spricht, gilt auf diesem Gerät als eine einzige Person.",
    "where.apart": "Personen auf dem Server unterscheiden",
    "where.needs": "Diese Seite braucht JavaScript und einen Webserver, denn ein Browser führt keine Skripte einer "
    "Seite aus, die als Datei geöffnet wird. Auf dem eigenen Computer genügt python -m http.server in ihrem Ordner.",
    "form.choose": "Hast du schon eine Aufnahme?",
    "form.drop": "Zieh sie einfach auf diese Seite.",
    "form.formats": "Audio oder Video, bis zu {minutes} Minuten und {megabytes} MB.",
    "form.more": "Mehr: wer spricht, Kanäle",
    "examples.title": "Oder ein Beispiel analysieren",
    "examples.1": "Eine Männerstimme",
    "examples.2": "Eine Frauenstimme",
    "examples.source": "Zwei Schauspieler, aus CREMA-D (Cao et al. 2014), ODbL 1.0.",
    "form.sex": "Geschlecht der Person, die spricht",
    "form.sex.auto": "Automatisch",
    "form.sex.female": "Weiblich",
    "form.sex.male": "Männlich",
    "form.sex.accuracy": "Geht es nur um negativ oder positiv, stimmt die Antwort bei {female} der Aufnahmen von "
    "Frauen und bei {male} der Aufnahmen von Männern. Deine Wahl bestimmt, welches dieser Ergebnisse neben der Antwort "
    "steht. Die Antwort ändert sie nicht.",
    "form.sex.detected": "Das Geschlecht wird automatisch erkannt: Wähle es nur, um einen Fehler zu korrigieren.",
    "form.sex.one": "In den Aufnahmen, mit denen dieses Modell trainiert wurde, sprechen nur {who}.",
    "form.sex.pair": "Es gibt ein Modell für Frauen und eines für Männer: Deine Wahl bestimmt, welches antwortet. "
    "„Automatisch“ erkennt zuerst das Geschlecht.",
    "form.speakers": "Wie viele Personen sprechen",
    "form.speakers.auto": "Selbst herausfinden",
    "form.speakers.channels": "Eine auf jedem Kanal",
    "form.speakers.hint": "Wenn du die Zahl kennst, wähle sie: Das hilft, die Personen zu unterscheiden.",
    "form.parts": "Kanäle und Tonspuren",
    "form.channel": "Kanal",
    "form.channel.mix": "Alle Kanäle, gemischt",
    "form.channel.each": "Jeder Kanal für sich",
    "form.track": "Tonspur",
    "form.track.default": "Die übliche",
    "form.track.each": "Jede Tonspur für sich",
    "form.parts.hint": "Bei einem Telefonat kann auf jedem Kanal eine andere Person sprechen. Ein Video kann mehrere "
    "Tonspuren haben.",
    "form.send": "Analysieren",
    "voice.together": "Alle Aufnahmen sind von einer Person: Vergleiche sie miteinander.",
    "voice.title": "Deine normale Stimme",
    "voice.why": "Manche Stimmen klingen von Natur aus traurig oder wütend. Sobald die Seite deine normale Stimme "
    "kennt, wird jede Aufnahme mit ihr verglichen.",
    "voice.read": "Lies diesen Satz mit deiner normalen Stimme vor und speichere sie dann:",
    "voice.sentence": "Der Laden an der Ecke öffnet um neun, und der Bus hält direkt davor.",
    "voice.file": "Eine Aufnahme deiner normalen Stimme",
    "voice.keep": "Meine normale Stimme speichern",
    "voice.delete": "Stimme löschen",
    "voice.set": "Deine normale Stimme ist bekannt: Jede Aufnahme wird mit ihr verglichen.",
    "voice.unset": "Gelöscht: Aufnahmen werden nicht mehr mit ihr verglichen.",
    "voice.sending": "Die Aufnahme deiner Stimme wird analysiert.",
    "voice.choose": "Nimm zuerst den Satz auf oder wähle eine Datei.",
    "voice.privacy": "Die Aufnahme wird sofort vergessen. Ein paar Zahlen, die die Stimme beschreiben, bleiben nur in "
    "diesem Browser und werden mit jeder Aufnahme mitgeschickt.",
    "wait.title": "Die Aufnahme wird analysiert",
    "wait.progress": "Fortschritt",
    "wait.cancel": "Abbrechen",
    "wait.cancelled": "Abgebrochen.",
    "wait.failed": "Der Server hat nicht geantwortet: Prüfe, ob er noch läuft, und versuch es noch einmal.",
    "answer.title": "Diese Stimme klingt",
    "answer.other": "Wie eine andere Emotion",
    "answer.others": "andere ({names})",
    "answer.mostly": "Meist {label}",
    "answer.of-speech": "{share} des Gesprochenen",
    "answer.changing": "Wechselnd, am häufigsten {label}",
    "answer.valence.negative": "negativ",
    "answer.valence.positive": "positiv",
    "answer.valence.neutral": "weder negativ noch positiv",
    "answer.trend.up": "Am Ende klingt sie positiver als am Anfang.",
    "answer.trend.down": "Am Ende klingt sie negativer als am Anfang.",
    "answer.strongest": "Die stärksten Momente",
    "answer.moment": "{label} bei {start}",
    "answer.changes": "Der Klang wechselt {count}-mal:",
    "answer.changes.one": "Der Klang wechselt einmal:",
    "answer.change": "{label} ab {start}",
    "answer.status": "Antwort: {label}, {share}, {confidence}.",
    "answer.odds.recorded": "In einem Test mit Aufnahmen aus anderen Quellen waren {right} der {answers} Antworten mit "
    "einer solchen Wahrscheinlichkeit ({low} bis {high}) richtig.",
    "answer.odds.noisy": "In einem Test mit verrauschten Aufnahmen waren {right} der {answers} Antworten mit einer "
    "solchen Wahrscheinlichkeit ({low} bis {high}) richtig.",
    "answer.odds.clipped": "In einem Test mit übersteuerten Aufnahmen waren {right} der {answers} Antworten mit einer "
    "solchen Wahrscheinlichkeit ({low} bis {high}) richtig.",
    "answer.odds.all": "100\N{NO-BREAK SPACE}%",
    "answer.compared": "Mit deiner normalen Stimme verglichen.",
    "answer.compared.together": "Mit den anderen Aufnahmen dieser Person verglichen.",
    "answer.compared.same": "Das hat die Antwort kaum verändert.",
    "answer.compared.moved": "Ohne den Vergleich wäre die Antwort dieselbe ({without}); die "
    "Wahrscheinlichkeiten haben sich um {moved} verschoben.",
    "answer.compared.other": "Ohne den Vergleich wäre die Antwort {without}; die Wahrscheinlichkeiten haben sich "
    "um {moved} verschoben.",
    "answer.channel": "Kanal {number}",
    "answer.track": "Tonspur {number}",
    "answer.views": "Was du sehen möchtest",
    "answer.view.2": "Negativ oder positiv",
    "answer.view.3": "Dreigeteilt",
    "answer.view.8": "Emotionen",
    "answer.view.stress": "Stress",
    "answer.stress": "{share} des Gesprochenen klingen gestresst: traurig, wütend, ängstlich oder angewidert statt "
    "neutral, ruhig, fröhlich oder überrascht. Das beschreibt, wie das Gesprochene klingt, und ist keine Diagnose.",
    "answer.limits": "So klingt die Stimme. Was ein Mensch fühlt, sagt das nicht.",
    "people.heard": "In dieser Aufnahme",
    "people.count": "{number} Personen sprechen",
    "people.name": "Person {number}",
    "people.title": "Wer wann spricht",
    "people.rename": "Name von Person {number}",
    "people.rename.hint": "Überschreibe einen Namen, zum Beispiel mit Klientin oder Therapeut. Die Namen bleiben in "
    "diesem Browser und stehen im Bericht zu dieser Antwort.",
    "people.listen": "Anhören",
    "people.listen.to": "Anhören: nur {name}",
    "people.stop": "Stopp",
    "people.share": "{share} der Redezeit, {seconds}",
    "people.channel": "Kanal {number}",
    "people.compared": "Mit allem verglichen, was diese Person hier sagt.",
    "people.overlap": "Schraffiert: Mehrere Personen sprechen gleichzeitig. Das zählt für keine von ihnen.",
    "people.several": "mehrere gleichzeitig",
    "people.who": "Wer",
    "people.each": "Jede Person",
    "people.shares": "Wie viel von dem, was diese Person sagt, wonach klingt",
    "people.reaction.up": "Nachdem jemand anderes gesprochen hat, klingt diese Person positiver als davor, im Mittel "
    "über {count} Wechsel.",
    "people.reaction.down": "Nachdem jemand anderes gesprochen hat, klingt diese Person negativer als davor, im "
    "Mittel über {count} Wechsel.",
    "confidence.word.clear": "deutlich",
    "confidence.word.likely": "wahrscheinlich",
    "confidence.word.unclear": "unklar",
    "confidence.clear": "Deutlich.",
    "confidence.clear.means": "Solche Antworten sind meistens richtig.",
    "confidence.likely": "Wahrscheinlich.",
    "confidence.likely.means": "Öfter richtig als falsch.",
    "confidence.unclear": "Unklar.",
    "confidence.unclear.means": "Das ist nur eine Vermutung.",
    "accuracy.title": "Wie sicher ist das?",
    "accuracy.measured-on": "Gemessen an Stimmen, von denen es nicht gelernt hat (RAVDESS, Sprache, fünf "
    "Teile nach Sprechern).",
    "accuracy.whose": "Wer spricht",
    "accuracy.right": "Richtige Antworten",
    "accuracy.all": "alle",
    "accuracy.female": "Frauen",
    "accuracy.male": "Männer",
    "accuracy.conditions": "Dasselbe mit anderen Aufnahmen",
    "accuracy.recorded": "Aufnahme",
    "live.loading": "Das Erkennungsmodell wird geladen; bis dahin ist hier nichts zu sehen.",
    "live.waiting": "Es wartet auf eine Stimme.",
    "live.silence": "Stille",
    "live.now": "Die letzten Sekunden:",
    "live.told": "Es klingt {label}.",
    "listen.begin": "Aufnahme von {name}: Strg+C beendet sie, und dann kommt die Antwort über alles.",
    "table.answer": "Antwort",
    "table.valence": "Valenz",
    "table.confidence": "Sicherheit",
    "table.sex": "Geschlecht",
    "table.recording": "Aufnahme",
    "table.channel": "Kanal {number}",
    "table.track": "Spur {number}",
    "table.people": "In {recording} sprechen {number} Personen",
    "table.speaker": "Person",
    "table.share": "Anteil",
    "table.probability": "Wahrscheinlichkeit",
    "table.speaker.number": "Person {number}",
    "table.overlap": "mehrere zugleich",
    "table.reaction.up": "Person {number} klingt positiver, gleich nachdem jemand anders gesprochen hat (Valenz "
    "{by:+.2f}, im Mittel über {turns} Wechsel)",
    "table.reaction.down": "Person {number} klingt negativer, gleich nachdem jemand anders gesprochen hat (Valenz "
    "{by:+.2f}, im Mittel über {turns} Wechsel)",
    "table.speech": "Anteile am Gesprochenen: {shares}",
    "table.none-holds": "keine Antwort gilt für die ganze Aufnahme",
    "table.strongest": "am stärksten: {moments}",
    "table.moment": "{label} {start:.1f} bis {end:.1f} s",
    "table.changes": "Wechsel: {changes}",
    "table.change": "{label} ab {time:.1f} s",
    "table.windows": "für {label} spricht vor allem: {windows}",
    "table.window": "{start:.1f} bis {end:.1f} s (+{points})",
    "table.no-window": "kein einzelnes Zeitfenster spricht für {label}",
    "table.compared.alike": "Verglichen mit anderen Aufnahmen derselben Person (Abschnitte: {segments}), die einander "
    "so ähnlich klingen, dass sich Stimme und Emotion nicht trennen lassen: Das hat fast nichts geändert.",
    "table.compared.one": "Verglichen mit anderen Aufnahmen derselben Person (Abschnitte: {segments}): Ohne den "
    "Vergleich wäre die Antwort {without}; die Wahrscheinlichkeiten haben sich um {moved} verschoben.",
    "table.compared.many": "Verglichen mit anderen Aufnahmen derselben Person (Abschnitte: {segments}): Anders als "
    "ohne den Vergleich sind {others} von {answers} Antworten; im Mittel haben sich die Wahrscheinlichkeiten um "
    "{moved} verschoben.",
    "table.compared.known.one": "Verglichen mit anderen Aufnahmen derselben Person, die laut Angabe {emotion} klingen "
    "(Abschnitte: {segments}): Ohne den Vergleich wäre die Antwort {without}; die Wahrscheinlichkeiten haben sich um "
    "{moved} verschoben.",
    "table.compared.known.many": "Verglichen mit anderen Aufnahmen derselben Person, die laut Angabe {emotion} klingen "
    "(Abschnitte: {segments}): Anders als ohne den Vergleich sind {others} von {answers} Antworten; im Mittel haben "
    "sich die Wahrscheinlichkeiten um {moved} verschoben.",
    "timeline.title": "Die Aufnahme und ihre Abschnitte",
    "timeline.play": "Abspielen",
    "timeline.pause": "Pause",
    "timeline.back": "Voriger Abschnitt",
    "timeline.next": "Nächster Abschnitt",
    "timeline.closer": "Vergrößern",
    "timeline.farther": "Verkleinern",
    "timeline.positive": "positiv",
    "timeline.neutral": "weder noch",
    "timeline.negative": "negativ",
    "timeline.current": "{start} bis {end}: {label} {share}",
    "timeline.keys": "Klicke auf einen Abschnitt, um ihn abzuspielen. Tasten: Die Leertaste spielt die Aufnahme ab, "
    "die Pfeiltasten wechseln den Abschnitt, die Eingabetaste spielt einen Abschnitt ab, Plus und Minus vergrößern und "
    "verkleinern.",
    "timeline.valence": "Die Linie unter der Wellenform ist die Valenz: wie positiv oder negativ die Stimme klingt.",
    "timeline.mute": "Dieser Browser kann die Aufnahme nicht abspielen; an der Antwort ändert das nichts.",
    "why.ask": "Warum {label} von {start} bis {end}?",
    "why.progress": "Fortschritt der Erklärung",
    "why.working": "{start} bis {end} wird erklärt",
    "why.cancel": "Abbrechen",
    "why.title": "Warum {label} von {start} bis {end}",
    "why.found": "Vor allem wegen der Stelle von {start} bis {end}: Ohne sie wäre die Antwort um {points} "
    "Prozentpunkte unwahrscheinlicher.",
    "why.found.run": "Vor allem wegen der Stelle von {start} bis {end}: Ohne eine Viertelsekunde davon wäre die "
    "Antwort um bis zu {points} Prozentpunkte unwahrscheinlicher.",
    "why.none": "Keine einzelne Stelle gibt den Ausschlag: Egal welche Viertelsekunde fehlt, die Antwort bliebe fast "
    "genauso wahrscheinlich.",
    "why.alone": "Für sich allein klingt dieser Abschnitt {label}, und das wird hier erklärt.",
    "why.for": "spricht dafür",
    "why.against": "spricht dagegen",
    "why.how": "Jede Viertelsekunde wurde einmal stumm geschaltet, eine nach der anderen. Je höher ihr Balken, desto "
    "stärker hat sich die Antwort verändert.",
    "pictures.title": "Der Ton in Bildern",
    "pictures.waveform": "Wellenform",
    "pictures.spectrum": "Spektrum",
    "pictures.filter-bank": "Filterbank",
    "pictures.mfcc": "MFCC",
    "takeaway.title": "Diese Antwort behalten",
    "takeaway.note": "Deine eigene Notiz",
    "takeaway.note.hint": "Sie steht im Bericht und im Tagebuch. Sie wird nirgendwohin geschickt.",
    "takeaway.report": "Bericht (HTML)",
    "takeaway.print": "Drucken oder als PDF speichern",
    "takeaway.diary": "Ins Tagebuch eintragen",
    "takeaway.diary.there": "Steht im Tagebuch",
    "takeaway.formats": "Für andere Programme",
    "takeaway.hint": "Jede Datei enthält die Klassen, die gerade zu sehen sind.",
    "takeaway.csv": "CSV-Tabelle",
    "takeaway.segments": "CSV der Abschnitte",
    "takeaway.json": "JSON",
    "takeaway.audacity": "Audacity-Textmarken",
    "takeaway.textgrid": "Praat TextGrid",
    "takeaway.webvtt": "WebVTT-Untertitel",
    "takeaway.rttm": "RTTM, wer wann spricht",
    "takeaway.picture": "Bild",
    "report.title": "Wie diese Stimme klingt",
    "report.title.people": "Wie diese Stimmen klingen",
    "report.when": "Analysiert",
    "report.length": "Dauer",
    "report.view": "Ansicht",
    "report.valence": "Die Linie ist die Valenz: Je höher sie liegt, desto positiver klingt die Stimme. Wo niemand "
    "spricht, hat sie Lücken.",
    "report.limits": "Die Antwort beschreibt, wie eine Stimme klingt. Sie sagt nicht, was ein Mensch fühlt, und sie "
    "ist keine Diagnose. Das Modell hat von Schauspielerinnen und Schauspielern gelernt; Alltagssprache ist schwerer "
    "zu erkennen.",
    "report.made": "Erstellt mit intone {version} und dem Modell {name}, Version {recognizer}. Lizenz der Gewichte des "
    "Modells: {licence}.",
    "diary.title": "Tagebuch",
    "diary.what": "Das Tagebuch bewahrt die Antworten, die du einträgst, über Tage auf und zeichnet, wie sich die "
    "Stimme verändert.",
    "diary.is-off": "Es ist aus, bis du es einschaltest.",
    "diary.privacy": "Es bleibt in diesem Browser, und niemand sonst bekommt es. Es speichert keinen Ton: nur Datum, "
    "Emotion, Valenz, Sicherheit, Dauer, den Namen der Datei und deine Notiz. Wer diesen Browser benutzt, kann es "
    "lesen. Es ist keine Diagnose.",
    "diary.turn-on": "Tagebuch einschalten",
    "diary.turn-off": "Tagebuch ausschalten",
    "diary.on": "Das Tagebuch ist eingeschaltet. Mit dem Knopf unter einer Antwort trägst du sie ein.",
    "diary.off": "Das Tagebuch ist ausgeschaltet.",
    "diary.off.ask": "Soll bleiben, was im Tagebuch steht, oder soll es gelöscht werden?",
    "diary.off.keep": "Ausschalten und behalten",
    "diary.off.remove": "Ausschalten und löschen",
    "diary.cancel": "Abbrechen",
    "diary.empty": "Noch steht nichts im Tagebuch: Analysiere eine Aufnahme und trage dann die Antwort ein.",
    "diary.count": "Antworten im Tagebuch: {count}.",
    "diary.plot": "Valenz der Antworten im Tagebuch im Lauf der Zeit; die Tabelle darunter sagt dasselbe in Worten",
    "diary.how": "Je höher ein Zeichen, desto positiver klang die Stimme. Farbe und Buchstabe stehen für die Emotion. "
    "Je kräftiger ein Zeichen, desto deutlicher die Antwort.",
    "diary.compared": "Mit deiner normalen Stimme verglichen: {compared} von {count}. Bei ihnen ist die mittlere Linie "
    "deine normale Stimme.",
    "diary.table": "Die Antworten im Tagebuch, die neuesten zuerst",
    "diary.when": "Wann",
    "diary.emotion": "Klingt",
    "diary.valence": "Valenz",
    "diary.confidence": "Sicherheit",
    "diary.against": "Gegenüber deiner normalen Stimme",
    "diary.recording": "Aufnahme",
    "diary.note": "Deine Notiz",
    "diary.mixed": "mal so, mal anders",
    "diary.mark": "{when}: {label}. {note}",
    "diary.voice": "deine normale Stimme",
    "diary.neither": "weder negativ noch positiv",
    "diary.more-positive": "positiver",
    "diary.more-negative": "negativer",
    "diary.same": "etwa gleich",
    "diary.apart": "nicht verglichen",
    "diary.more": "Alle zeigen",
    "diary.shown": "Zu sehen sind die neuesten {shown} von {count}.",
    "diary.edit": "Bearbeiten",
    "diary.save": "Speichern",
    "diary.remove": "Diesen Eintrag löschen",
    "diary.clear": "Alles löschen",
    "diary.clear.ask": "Willst du alles löschen, was im Tagebuch steht? Das lässt sich nicht rückgängig machen.",
    "diary.csv": "Als CSV herunterladen",
    "diary.json": "Als JSON herunterladen",
    "diary.import": "Aus einer Datei hinzufügen",
    "diary.kept": "Die Antwort steht im Tagebuch.",
    "diary.removed": "Der Eintrag ist gelöscht.",
    "diary.changed": "Die Notiz ist gespeichert.",
    "diary.gone": "Der Eintrag steht nicht mehr im Tagebuch: Ein anderes Fenster hat ihn gelöscht.",
    "diary.none": "Alles im Tagebuch ist gelöscht.",
    "diary.exported": "Das Tagebuch liegt bei deinen Downloads.",
    "diary.imported": "Hinzugefügt: {added}. Schon da: {known}. Nicht verstanden: {broken}.",
    "diary.unread": "Diese Datei ist kein Tagebuch: Wähle eine JSON- oder CSV-Datei, die hier heruntergeladen wurde.",
    "diary.full": "Das Tagebuch ist mit 2000 Antworten voll: Lade es herunter, lösche einige und versuch es noch "
    "einmal.",
    "diary.unstored": "Dieser Browser speichert nichts mehr: Was neu im Tagebuch steht, bleibt nur, bis diese Seite "
    "geschlossen wird. Lade das Tagebuch jetzt herunter.",
    "diary.broken": "Einträge, die sich nicht lesen lassen: {broken}.",
    "diary.pending": "Das Tagebuch ist ausgeschaltet. Sobald du es einschaltest, wird die Antwort eingetragen.",
    "correction.title": "Diese Antwort ist falsch",
    "correction.emotion": "Die richtige Emotion",
    "correction.agree": "Ich bin die Person, die spricht, oder sie ist einverstanden: Diese Aufnahme (höchstens ihre "
    "ersten {seconds} Sekunden) und ihre Emotion dürfen für das Training auf dem Computer gespeichert werden, von dem "
    "diese Seite kommt.",
    "correction.keep": "Speichern",
    "correction.kept": "Gespeichert auf dem Computer, von dem diese Seite kommt. Danke!",
    "channels.hint": "Auf jedem Kanal dieser Aufnahme scheint jemand anderes zu sprechen.",
    "channels.each": "Jeden Kanal als eine Person nehmen",
    "many.part": "{file}, {part}",
    "many.title": "Aufnahmen",
    "many.table": "Die Antwort zu jeder Aufnahme",
    "many.file": "Datei",
    "many.emotion": "Klingt",
    "many.valence": "Valenz",
    "many.confidence": "Sicherheit",
    "many.length": "Dauer",
    "many.strip": "Im Verlauf",
    "many.choose": "Vergleichen",
    "many.choose.one": "{file} vergleichen",
    "many.progress": "Aufnahmen, die analysiert sind",
    "many.count": "{done} von {all}",
    "many.cancel": "Abbrechen",
    "many.waiting": "Wartet",
    "many.running": "Wird analysiert",
    "many.running.share": "Wird analysiert, {share}",
    "many.skipped": "Nicht analysiert, weil abgebrochen wurde.",
    "many.done": "{done} von {all} Aufnahmen sind analysiert.",
    "many.download": "Alle Antworten herunterladen",
    "many.download.hint": "Jede Datei enthält die Klassen, die zuletzt zu sehen waren.",
    "many.compare.hint": "Wähle eine Datei, um ihre ganze Antwort zu sehen. Kreuze zwei an, um sie zu vergleichen.",
    "many.compare": "Die beiden vergleichen",
    "many.compare.title": "Nebeneinander",
    "many.close": "Schließen",
    "many.back": "Zurück zur Tabelle",
    "answer.table": "Wahrscheinlichkeit jeder Antwort",
    "answer.shares.speech": "Wie viel vom Gesprochenen wie klingt",
    "answer.share": "Anteil am Gesprochenen",
    "answer.class": "Antwort",
    "answer.probability": "Wahrscheinlich\N{SOFT HYPHEN}keit",
    "answer.segments": "Im Verlauf",
    "answer.segments.strip": "Ein Balken je Abschnitt: Positives über der Linie, Negatives darunter, alles andere "
    "darauf; je höher der Balken, desto wahrscheinlicher die Klasse.",
    "answer.segments.table": "Alle Abschnitte",
    "answer.segment.time": "Zeit",
    "answer.segment.span": "{start} bis {end}",
    "answer.segment.label": "Klingt",
    "answer.sex.detected": "Die Stimme klingt {sex}.",
    "answer.sex.chosen": "Angegeben war, dass die Stimme {sex} ist.",
    "footer.privacy.title": "Datenschutz",
    "footer.privacy": "Eine Aufnahme geht an den Computer, von dem diese Seite kommt, und sonst nirgendwohin. Sie "
    "liegt im Arbeitsspeicher, während sie analysiert wird, und wird nach der Antwort vergessen.",
    "footer.privacy.device": "„Auf diesem Gerät“ bleibt eine Aufnahme in deinem Browser, sofern er sie analysieren "
    "kann. Auf dem Server liegt sie nur während der Analyse im Arbeitsspeicher und wird nach der Antwort vergessen.",
    "footer.privacy.site": "Eine Aufnahme bleibt in deinem Browser, der sie analysiert: Diese Seite hat keinen "
    "Server, der sie empfangen könnte.",
    "footer.privacy.more": "Was mit einer Aufnahme geschieht",
    "footer.limits.title": "Grenzen",
    "footer.limits": "Die Antwort beschreibt, wie eine Stimme klingt. Sie ist keine Diagnose und sagt nicht, was ein "
    "Mensch fühlt. intone hat von Schauspielerinnen und Schauspielern gelernt, die übertreiben: Alltagssprache ist "
    "schwerer zu erkennen.",
    "footer.limits.more": "Wie oft die Antwort stimmt",
    "footer.licences.title": "Lizenzen",
    "footer.licences": "Der Code: Apache 2.0. Das Modell: {model}. Die beiden Beispiele: CREMA-D, ODbL 1.0.",
    "footer.licences.more": "Quellen und Dank",
    "footer.version": "intone {version}",
    "footer.guide": "Dokumentation",
    "footer.api": "Für Programme",
    "api.title": "Die API von intone",
    "api.lead": "Schicke eine Aufnahme, und du bekommst die Antwort als JSON. Fehler kommen als Problem Details (RFC "
    "9457).",
    "api.takes": "Nimmt an",
    "api.name": "Der Name einer Analyse.",
    "api.schemas": "Schemas",
    "error.no-body": "Die Anfrage enthält keine Aufnahme: Schicke die Datei als Inhalt der Anfrage oder als Feld "
    "„file“ eines Formulars.",
    "error.no-file": "Du hast keine Aufnahme gewählt: Wähle zuerst eine Datei.",
    "error.empty": "Die Datei ist leer: Nimm noch einmal auf oder wähle eine andere.",
    "error.too-large": "Die Datei ist größer als {megabytes} MB: Schicke einen kürzeren Teil oder wandle sie in mp3 "
    "oder opus um.",
    "error.busy": "Gerade werden zu viele Aufnahmen analysiert: Schicke deine in ein paar Sekunden noch einmal.",
    "error.lost": "Der Prozess, der diese Aufnahme analysiert hat, ist vorzeitig zu Ende gegangen: Schicke die "
    "Aufnahme noch einmal.",
    "error.other-site": "Eine andere Website hat dieses Formular geschickt: Öffne diese Seite selbst und schicke die "
    "Aufnahme von dort.",
    "error.other-host": "Diese Seite antwortet nicht für den Host {host}: Öffne sie unter ihrer eigenen Adresse oder "
    "starte sie mit --allowed-host {host}.",
    "error.no-host": "Die Anfrage nennt keinen lesbaren Host: Öffne diese Seite unter ihrer eigenen Adresse.",
    "error.other-type": "Diese Adresse nimmt {takes} an und nicht {kind}: Schicke die Anfrage mit dem Content-Type "
    "{takes}.",
    "error.annotation-too-large": "Die Antwort ist größer als {megabytes} MB: Schicke das JSON so, wie du es bekommen "
    "hast.",
    "error.corrections-full": "Es wird nichts mehr gespeichert: Die Korrekturen auf dem Computer, von dem diese Seite "
    "kommt, belegen {megabytes} MB, und mehr dürfen es nicht sein; wer ihn betreibt, kann sie verschieben.",
    "error.corrections-unwritable": "Die Aufnahme lässt sich nicht speichern: In den Ordner der Korrekturen auf dem "
    "Computer, von dem diese Seite kommt, kann nicht geschrieben werden; wer ihn betreibt, kann mit --corrections "
    "einen anderen angeben.",
    "error.not-found": "Unter dieser Adresse gibt es nichts: Beginne mit dem Formular auf dieser Seite.",
    "error.method": "Diese Adresse nimmt Anfragen dieser Art nicht an: Beginne mit dem Formular auf dieser Seite.",
    "error.request": "Die Anfrage ist nicht zu verstehen ({name}): Schicke sie mit dem Formular auf dieser Seite.",
    "error.internal": "Bei uns ist etwas schiefgegangen, an der Aufnahme liegt es nicht: Schicke sie noch einmal oder "
    "versuch es mit einer anderen.",
    "class.negative": "negativ",
    "class.positive": "positiv",
    "class.neutral": "neutral",
    "class.calm": "ruhig",
    "class.happy": "fröhlich",
    "class.sad": "traurig",
    "class.angry": "wütend",
    "class.fearful": "ängstlich",
    "class.disgust": "angewidert",
    "class.surprised": "überrascht",
    "class.stressed": "gestresst",
    "class.not stressed": "nicht gestresst",
    "class.neither": "anders",
    "mark.negative": "\N{MINUS SIGN}",
    "mark.positive": "+",
    "mark.neutral": "N",
    "mark.calm": "R",
    "mark.happy": "F",
    "mark.sad": "T",
    "mark.angry": "W",
    "mark.fearful": "Ä",
    "mark.disgust": "E",
    "mark.surprised": "Ü",
    "mark.stressed": "G",
    "mark.not stressed": "N",
    "mark.neither": "\N{MIDDLE DOT}",
    "mark.mixed": "~",
    "sex.female": "weiblich",
    "sex.male": "männlich",
    "sex.mixed": "gemischt",
}

SENTENCES: Mapping[str, str] = {
    # what a file is
    "The file is empty: record or export it again.":
        "Die Datei ist leer: Nimm noch einmal auf oder exportiere sie noch einmal.",
    "The file holds no sound at all: record it again.":
        "Die Datei enthält gar keinen Ton: Nimm noch einmal auf.",
    "The file cannot be read ({reason}): name one that is there and that you may read.":
        "Die Datei lässt sich nicht lesen ({reason}): Nenne eine, die es gibt und die du lesen darfst.",
    "The file is not a recording that can be decoded: use {usual}.":
        "Die Datei ist keine Aufnahme, die sich lesen lässt: Verwende {usual}.",
    "The file is {what}, not a recording that can be decoded: use {usual}.":
        "Die Datei ist {what}, keine Aufnahme, die sich lesen lässt: Verwende {usual}.",
    "wav, flac, mp3, ogg, opus, m4a, mp4 or webm": "wav, flac, mp3, ogg, opus, m4a, mp4 oder webm",
    "of the format {name}": "vom Format {name}",
    "a text": "ein Text",
    "a PDF document": "ein PDF-Dokument",
    "a ZIP archive or an Office document": "ein ZIP-Archiv oder ein Office-Dokument",
    "a gzip archive": "ein gzip-Archiv",
    "a 7z archive": "ein 7z-Archiv",
    "a RAR archive": "ein RAR-Archiv",
    "an Office document": "ein Office-Dokument",
    "a PNG picture": "ein PNG-Bild",
    "a JPEG picture": "ein JPEG-Bild",
    "a GIF picture": "ein GIF-Bild",
    "a WebP picture": "ein WebP-Bild",
    "a BMP picture": "ein BMP-Bild",
    "a TIFF picture": "ein TIFF-Bild",
    "a HEIC or AVIF picture": "ein HEIC- oder AVIF-Bild",
    "a MIDI file, which holds notes and no sound": "eine MIDI-Datei, die Noten und keinen Ton enthält",
    "a SILK voice message": "eine SILK-Sprachnachricht",
    "an Audible audiobook, which is copy-protected": "ein Audible-Hörbuch, das kopiergeschützt ist",
    "a playlist, which holds no sound itself": "eine Wiedergabeliste, die selbst keinen Ton enthält",
    "a pointer of Git LFS, whose file was not fetched": "ein Verweis von Git LFS, dessen Datei nicht geholt wurde",
    "a web page": "eine Webseite",
    "an XML document": "ein XML-Dokument",
    "a program": "ein Programm",
    "a database": "eine Datenbank",
    "empty at its beginning (nothing but zeros)": "am Anfang leer (lauter Nullen)",
    "The file is a WAV behind {count} bytes that do not belong there: export it again, or remove them.":
        "Die Datei ist ein WAV, vor dem {count} Bytes stehen, die nicht dazugehören: Exportiere sie neu, oder entferne "
        "diese Bytes.",
    "The file ({name}) has no audio track: choose a recording of a voice.":
        "Die Datei ({name}) hat keine Tonspur: Wähle die Aufnahme einer Stimme.",
    "The file begins like {name}, but cannot be decoded: it is cut off, was not finished or is damaged; copy or export "
    "it again.":
        "Die Datei beginnt wie {name}, lässt sich aber nicht lesen: Sie ist abgeschnitten, unfertig oder "
        "beschädigt; kopiere oder exportiere sie noch einmal.",
    "The sound in the file is of a kind that is not known: export it as wav, flac or mp3.":
        "Der Ton in der Datei hat ein unbekanntes Format: Exportiere ihn als wav, flac oder mp3.",
    "The sound in the file is copy-protected (DRM): choose a recording of your own.":
        "Der Ton in der Datei ist kopiergeschützt (DRM): Wähle eine eigene Aufnahme.",
    "The file became shorter while it was read: choose it again.":
        "Die Datei ist kürzer geworden, während sie gelesen wurde: Wähle sie noch einmal.",
    "The file is cut off: its header states {stated_s:.1f} s, but only {there_s:.1f} s can be decoded; copy or export "
    "it again.":
        "Die Datei ist abgeschnitten: Laut ihrem Kopf dauert sie {stated_s:.1f} s, aber nur {there_s:.1f} s lassen "
        "sich decodieren; kopiere oder exportiere sie noch einmal.",
    "The file states more than {most_streams} tracks, or larger tables than a recording has: export its sound alone, "
    "as wav, flac or mp3.":
        "Die Datei nennt mehr als {most_streams} Spuren oder größere Tabellen, als eine Aufnahme hat: Exportiere nur "
        "ihren Ton, als wav, flac oder mp3.",
    "The file states {rate} samples a second, which no recording has: export it again.":
        "Die Datei nennt {rate} Abtastwerte pro Sekunde, und das hat keine Aufnahme: Exportiere sie noch einmal.",
    "The file states {stated_s:.1f} s, of which {there_s:.1f} s are sound: it is cut off, or its sound begins late or "
    "pauses, so that times may be too early.":
        "Die Datei soll {stated_s:.1f} s dauern, aber nur {there_s:.1f} s davon sind Ton: Sie ist abgeschnitten, oder "
        "ihr Ton beginnt später oder setzt aus, sodass Zeiten zu früh sein können.",
    "The times in the file leave out {skipped_s:.0f} s, more than can be believed: what follows is given at once, so "
    "that its times are too early.":
        "Die Zeitangaben in der Datei überspringen {skipped_s:.0f} s, und das ist unglaubwürdig viel: Was danach "
        "kommt, schließt direkt an, sodass seine Zeiten zu früh sind.",
    "The file takes many times as long to decode as a recording of its length and size: export its sound again, as "
    "wav, flac or mp3.":
        "Die Datei zu decodieren dauert um ein Vielfaches länger als bei einer Aufnahme dieser Dauer und Größe: "
        "Exportiere ihren Ton noch einmal, als wav, flac oder mp3.",
    "The chunks that the file is made of do not fit its length: export it again.":
        "Die Blöcke, aus denen die Datei besteht, passen nicht zu ihrer Länge: Exportiere sie noch einmal.",
    "The header states only {share:.0%} of the sound that follows it, as after a crash: the file was read to its end.":
        "Der Dateikopf nennt nur {share:.0%} des Tons, der ihm folgt, wie nach einem Absturz: Die Datei wurde bis zum "
        "Ende gelesen.",
    "The file holds {count} recordings, one after the other: they were read as one.":
        "Die Datei enthält {count} Aufnahmen hintereinander: Sie wurden als eine gelesen.",
    "Of the {count} recordings in the file {lost} cannot be read to the end: {reason}":
        "Aufnahmen in der Datei, die sich nicht bis zum Ende lesen lassen: {lost} von {count}. {reason}",
    "More than {size:.1f} GB came from a pipe or an archive: cut the recording into parts, or save it as a file and "
    "name that.":
        "Aus einer Pipe oder einem Archiv kamen mehr als {size:.1f} GB: Teile die Aufnahme auf oder speichere sie als "
        "Datei und nenne diese.",
    "There is no room in {folder} for a copy of the recording ({reason}): free some space, or save it as a file and "
    "name that.":
        "In {folder} ist kein Platz für eine Kopie der Aufnahme ({reason}): Schaffe Platz oder speichere sie als Datei "
        "und nenne diese.",
    "The recording holds samples that are not numbers (NaN or infinity): export it again.":
        "Die Aufnahme enthält Abtastwerte, die keine Zahlen sind (NaN oder unendlich): Exportiere sie noch einmal.",
    "The recording holds samples that no microphone gives (thousands of millions of times full scale): export it "
    "again.":
        "Die Aufnahme enthält Abtastwerte, die kein Mikrofon liefert (das Milliardenfache der Vollaussteuerung): "
        "Exportiere sie noch einmal.",
    # channels and tracks
    "The number of channels is {before} at the beginning and {after} later: from there on each is the mean of all.":
        "Die Zahl der Kanäle ist am Anfang {before} und später {after}: Von da an ist jeder Kanal der Mittelwert "
        "aller.",
    "The channels cancel one another where they are mixed (opposite phase), so that channel {numbers} was analysed "
    "there alone.":
        "Gemischt löschen die Kanäle einander stellenweise aus (Gegenphase): Dort wurde nur Kanal {numbers} "
        "analysiert.",
    "The channels hold different voices in turn, as those of a call do, and were mixed: choose the speakers "
    "'channels', so that each channel is one of them.":
        "Auf den Kanälen sprechen abwechselnd verschiedene Stimmen, wie bei einem Telefonat, und sie wurden gemischt: "
        "Wähle als Zahl der Personen „channels“ (auf jedem Kanal eine), damit jeder Kanal eine Person ist.",
    "Each channel holds a voice of its own, as in a call, and is taken as one speaker.":
        "Auf jedem Kanal spricht eine andere Stimme, wie bei einem Telefonat: Jeder gilt als eine Person.",
    "The recording has one channel, so that it cannot have a speaker on each: choose auto, or the number of speakers.":
        "Die Aufnahme hat nur einen Kanal und kann daher nicht auf jedem eine Person haben: Wähle „auto“ oder die Zahl "
        "der Personen.",
    "The file holds several pieces of sound, of which only the first is read: export it again.":
        "Die Datei enthält mehrere Stücke Ton, von denen nur das erste gelesen wurde: Exportiere sie neu.",
    "The file is a WAV whose numbers stand the other way round (RIFX): export it again.":
        "Die Datei ist ein WAV, dessen Zahlen andersherum stehen (RIFX): Exportiere sie neu.",
    "No voice was found in the mix of the channels, and to look into each takes longer than a file of this size is "
    "worth: choose a channel by its number.":
        "Gemischt enthalten die Kanäle keine Stimme, und jeden für sich zu durchsuchen dauert länger, als einer Datei "
        "dieser Größe zusteht: Wähle einen Kanal mit seiner Nummer.",
    "No voice is in the mix of the channels, so that channel {number} was analysed alone.":
        "Gemischt enthalten die Kanäle keine Stimme: Deshalb wurde nur Kanal {number} analysiert.",
    "The recording has {count} tracks of sound ({tracks}), of which track {track} was analysed: choose another by its "
    "number, or each.":
        "Die Aufnahme hat {count} Tonspuren ({tracks}), analysiert wurde Tonspur {track}: Wähle eine andere mit ihrer "
        "Nummer, oder jede für sich.",
    # how long a recording is
    "The recording is longer than an hour: cut it into parts.":
        "Die Aufnahme ist länger als eine Stunde: Teile sie auf.",
    "The recording is longer than {hours:g} hours: cut it into parts.":
        "Die Aufnahme ist länger als {hours:g} Stunden: Teile sie auf.",
    "The recording is longer than a minute: cut it into parts.":
        "Die Aufnahme ist länger als eine Minute: Teile sie auf.",
    "The recording is longer than {minutes:g} minutes: cut it into parts.":
        "Die Aufnahme ist länger als {minutes:g} Minuten: Teile sie auf.",
    "The recordings of the voice are longer than {minutes:g} minutes together: send fewer or shorter ones.":
        "Die Aufnahmen der Stimme sind zusammen länger als {minutes:g} Minuten: Schicke weniger oder kürzere.",
    "The recording holds less than a single sample of sound: record it again.":
        "Die Aufnahme enthält nicht einmal einen einzigen Abtastwert: Nimm noch einmal auf.",
    "The recording is {duration_s:.2f} s long, and an answer needs at least {least_s:g} s of speech: record a longer "
    "one.":
        "Die Aufnahme dauert {duration_s:.2f} s, und für eine Antwort braucht es mindestens {least_s:g} s Sprache: "
        "Nimm länger auf.",
    "Only {spoken:.2f} s of speech was found, and an answer needs at least {least_s:g} s: speak longer.":
        "Es wurden nur {spoken:.2f} s Sprache gefunden, und für eine Antwort braucht es mindestens {least_s:g} s: "
        "Sprich länger.",
    "Only {seconds:.2f} s of speech was found, and an answer needs {shortest_s:g} s: speak longer.":
        "Es wurden nur {seconds:.2f} s Sprache gefunden, und für eine Antwort braucht es {shortest_s:g} s: Sprich "
        "länger.",
    "Only {seconds:.2f} s of sound is left after cleaning, and an answer needs {chunk_s:g} s: speak longer or closer "
    "to the microphone.":
        "Nach dem Bereinigen bleiben nur {seconds:.2f} s Ton, und für eine Antwort braucht es {chunk_s:g} s: Sprich "
        "länger oder näher am Mikrofon.",
    "The recording ends before {start_s:.1f} s: choose a start_s before its end.":
        "Die Aufnahme endet vor {start_s:.1f} s: Wähle ein start_s, das vor ihrem Ende liegt.",
    "Attributions are computed of at most {most:g} minutes, and this is {minutes:.0f}: choose a part of the recording.":
        "Erklären lassen sich höchstens {most:g} Minuten, und das hier sind {minutes:.0f}: Wähle einen Teil der "
        "Aufnahme.",
    # how good a recording is
    "The recording is silent: check the microphone and record again.":
        "Die Aufnahme ist stumm: Prüfe das Mikrofon und nimm noch einmal auf.",
    "No voice was found in {seconds:.1f} s of sound: record someone who speaks, close to the microphone.":
        "In {seconds:.1f} s Ton wurde keine Stimme gefunden: Nimm jemanden auf, der nah am Mikrofon spricht.",
    "The recording is coarse (its loudest sample is {steps:.0f} steps above zero), as with few bits or at a very low "
    "level, which changes answers: record it again at a higher level or with more bits.":
        "Die Aufnahme ist grob (ihr lautester Abtastwert liegt {steps:.0f} Stufen über null), wie bei wenigen Bits "
        "oder sehr niedrigem Pegel, und das verändert Antworten: Nimm noch einmal mit höherem Pegel oder mehr Bits "
        "auf.",
    "The recording is very quiet ({decibels:.0f} dB of full scale): record it again closer to the microphone or at a "
    "higher level.":
        "Die Aufnahme ist sehr leise ({decibels:.0f} dBFS): Nimm noch einmal näher am Mikrofon oder mit höherem Pegel "
        "auf.",
    "The recording is noisy (about {decibels:.0f} dB above the noise): record in a quieter place or closer to the "
    "microphone.":
        "Die Aufnahme ist verrauscht (etwa {decibels:.0f} dB über dem Rauschen): Nimm an einem ruhigeren Ort oder "
        "näher am Mikrofon auf.",
    "The recording is clipped (its loudest parts are cut off): record it again at a lower level.":
        "Die Aufnahme ist übersteuert (ihre lautesten Stellen sind abgeschnitten): Nimm noch einmal mit niedrigerem "
        "Pegel auf.",
    "The recording sounds unlike those that this recognizer was trained on (it is out of distribution), so that its "
    "measured results do not hold here: the voice, its speed or the bandwidth may be unusual.":
        "Die Aufnahme klingt anders als die, mit denen dieses Modell trainiert wurde (out of distribution), sodass "
        "seine gemessenen Ergebnisse hier nicht gelten: Vielleicht ist die Stimme, ihr Tempo oder die Bandbreite "
        "ungewöhnlich.",
    # whose voice it is, and what it is compared with
    "This recognizer was trained on women only, and the voice sounds male: use one that was trained on men, or choose "
    "the sex if it was detected wrongly.":
        "Dieses Modell wurde nur mit Aufnahmen von Frauen trainiert, und die Stimme klingt männlich: Verwende eines, "
        "das mit Aufnahmen von Männern trainiert wurde, oder wähle das Geschlecht, falls es falsch erkannt wurde.",
    "This recognizer was trained on men only, and the voice sounds female: use one that was trained on women, or "
    "choose the sex if it was detected wrongly.":
        "Dieses Modell wurde nur mit Aufnahmen von Männern trainiert, und die Stimme klingt weiblich: Verwende eines, "
        "das mit Aufnahmen von Frauen trainiert wurde, oder wähle das Geschlecht, falls es falsch erkannt wurde.",
    "The reference is of a female voice, and this one sounds male, so that it is left out: give one of the same "
    "person, or choose the sex if it was detected wrongly.":
        "Die Vergleichsstimme ist weiblich, und diese Stimme klingt männlich, deshalb wurde nicht verglichen: Gib eine "
        "von derselben Person an oder wähle das Geschlecht, falls es falsch erkannt wurde.",
    "The reference is of a male voice, and this one sounds female, so that it is left out: give one of the same "
    "person, or choose the sex if it was detected wrongly.":
        "Die Vergleichsstimme ist männlich, und diese Stimme klingt weiblich, deshalb wurde nicht verglichen: Gib eine "
        "von derselben Person an oder wähle das Geschlecht, falls es falsch erkannt wurde.",
    "The reference was made with another recognizer, so that it is left out: make it again with {name} {version}.":
        "Die Vergleichsstimme wurde mit einem anderen Modell erstellt, deshalb wurde nicht verglichen: Erstelle sie "
        "noch einmal mit {name} {version}.",
    "This is no saved reference: give a file that `intone reference` wrote, as it wrote it.":
        "Das ist keine gespeicherte Vergleichsstimme: Gib eine Datei an, die `intone reference` geschrieben hat, und "
        "zwar unverändert.",
    "A single segment of speech has nothing to be compared with: give more recordings of the voice, or say which "
    "emotion it has.":
        "Ein einzelner Abschnitt Sprache lässt sich mit nichts vergleichen: Gib mehr Aufnahmen der Stimme an oder sag, "
        "welche Emotion sie hat.",
    "Several people speak in a recording of the voice: give recordings in which one person speaks.":
        "In einer Aufnahme der Stimme sprechen mehrere Personen: Gib Aufnahmen an, in denen eine einzige spricht.",
    "Some recordings of the voice sound male and some female: give recordings of one person.":
        "Manche Aufnahmen der Stimme klingen männlich und manche weiblich: Gib Aufnahmen von einer einzigen Person an.",
    # how sure an answer is
    "It sounds rather {emotion}, which is none of these.":
        "Sie klingt eher {emotion}, und das steht hier nicht zur Wahl.",
    "neutral": "neutral",
    "calm": "ruhig",
    "happy": "fröhlich",
    "sad": "traurig",
    "angry": "wütend",
    "fearful": "ängstlich",
    "disgust": "angewidert",
    "surprised": "überrascht",
    "This recognizer was not calibrated for these classes, so that none of its answers is clear.":
        "Dieses Modell wurde für diese Klassen nicht kalibriert, deshalb ist keine seiner Antworten deutlich.",
    "How often the clear answers of this recognizer are right is not known.":
        "Wie oft die deutlichen Antworten dieses Modells richtig sind, ist nicht bekannt.",
    "Measured on {whom}: {clear:.0%} of the clear answers were right, and {likely:.0%} of the likely and clear ones.":
        "Gemessen an {whom}: Richtig waren {clear:.0%} der deutlichen Antworten und {likely:.0%} der wahrscheinlichen "
        "und deutlichen zusammen.",
    "Measured on {whom}: {clear:.0%} of the clear answers were right.":
        "Gemessen an {whom}: Richtig waren {clear:.0%} der deutlichen Antworten.",
    "Measured on {whom}: {likely:.0%} of the likely answers were right; too few for any to be clear.":
        "Gemessen an {whom}: Richtig waren {likely:.0%} der wahrscheinlichen Antworten; das sind zu wenige, als dass "
        "eine deutlich wäre.",
    "Measured on {whom}: too few answers were right for any to be clear.":
        "Gemessen an {whom}: Es waren zu wenige Antworten richtig, als dass eine deutlich wäre.",
    "recordings from elsewhere ({corpora}, each left out of the training)":
        "Aufnahmen aus anderen Quellen ({corpora}, jeweils vom Training ausgenommen)",
    "speakers who did not train ({corpora})": "Stimmen, mit denen nicht trainiert wurde ({corpora})",
    "its calibration": "den Daten seiner Kalibrierung",
    "There is no track {number}: the recording has these: {tracks}; choose one of them.":
    "Es gibt keine Spur {number}: Die Aufnahme hat diese: {tracks}; wähle eine davon.",
    "There is no channel {number}: the last one of the recording is {last}.":
    "Es gibt keinen Kanal {number}: Der letzte der Aufnahme ist {last}.",
    "Of {asked} speakers that were asked for, {number} could be told apart.":
    "Von {asked} verlangten Sprechern ließen sich {number} unterscheiden.",
    "{error} {note}": "{error} {note}",
    "Only {spoken:.1f} s of speech was found.":
    "Es wurden nur {spoken:.1f} s Sprache gefunden.",
    "Where each channel is a speaker, all of them are answered together: leave the channel {channel} out.":
        "Wo jeder Kanal eine Person ist, werden alle zusammen beantwortet: Lass den Kanal {channel} weg.",
    "There is no number of speakers {speakers} to choose: auto, channels, or 1 to {most}.":
        "Die Zahl {speakers} von Sprechern gibt es nicht zur Wahl: auto, channels, oder 1 bis {most}.",
    "{number} people speak here, and the answer about the whole recording is the mean over them: see the answer about "
    "each.":
        "Hier sprechen {number} Personen, und die Antwort zur ganzen Aufnahme ist ihr Mittel: Siehe die Antwort zu "
        "jeder einzelnen.",
    "The reference is of one person, and several speak here, so that it is left out: say that one speaks where that is "
    "so.":
        "Die Vergleichsaufnahme ist von einer Person, und hier sprechen mehrere, sodass sie nicht verwendet wird: Gib "
        "an, dass eine Person spricht, falls das so ist.",
}
