"""The texts of the page and of the answers in Spanish, and the sentences about recordings."""

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "page.title": "intone: reconocimiento de emociones en la voz",
    "page.name": "intone",
    "page.heading": "¿Cómo suena esta voz?",
    "page.lead": "intone oye cómo suena el habla: enfadada, alegre, triste, tranquila y más.",
    "form.label": "Una grabación de voz",
    "form.again": "Otra grabación",
    "recorder.title": "Grabar",
    "recorder.start": "Grabar",
    "recorder.advice": "Habla entre 5 y 15 segundos, con tus propias palabras.",
    "recorder.forgotten": "Tu grabación se olvida en cuanto llega la respuesta.",
    "recorder.pause": "Pausar",
    "recorder.resume": "Continuar",
    "recorder.stop": "Detener",
    "recorder.discard": "Descartar",
    "recorder.undo": "Deshacer",
    "recorder.level": "Nivel del micrófono en dBFS",
    "recorder.listen": "La grabación",
    "recorder.raw": "Mientras grabas, la cancelación de eco, la reducción de ruido y el ajuste automático del volumen "
    "están desactivados, porque cambian cómo suena la voz.",
    "recorder.recording": "Grabando.",
    "recorder.paused": "En pausa.",
    "recorder.ready": "La grabación está lista. Escúchala o analízala.",
    "recorder.quiet": "La grabación se oye muy bajo: acércate al micrófono y graba otra vez.",
    "recorder.clipped": "La grabación está demasiado fuerte y se satura: aléjate del micrófono y graba otra vez.",
    "recorder.gone": "El micrófono ya no está. Lo que grabó hasta entonces se conserva: escúchalo o analízalo.",
    "recorder.discarded": "Grabación descartada.",
    "recorder.replaced": "El archivo sustituye a tu grabación.",
    "recorder.restored": "La grabación está aquí de nuevo. Escúchala o analízala.",
    "recorder.refused": "La página no tiene permiso para usar el micrófono: dáselo en el navegador o elige un archivo.",
    "recorder.missing": "No se encontró ningún micrófono: conecta uno o elige un archivo.",
    "recorder.taken": "No se puede usar el micrófono: cierra los demás programas que lo usen o elige un archivo.",
    "recorder.insecure": "El navegador solo graba en la dirección del propio equipo o por https: elige un archivo.",
    "where.title": "Dónde se analiza la grabación",
    "where.on-device": "En este dispositivo",
    "where.on-server": "En el servidor",
    "where.stays": "El sonido se queda en este dispositivo: lo analiza tu navegador.",
    "where.usual": "Tu navegador analiza el sonido. Si no puede, el sonido va al servidor, que no guarda ninguna "
    "copia.",
    "where.server": "La grabación va al servidor y se olvida en cuanto está la respuesta.",
    "where.site": "El sonido se queda en este dispositivo: esta página no tiene ningún servidor que pueda recibirlo.",
    "where.progress": "Preparando",
    "where.loading": "Preparando: {share}",
    "where.only-server": "Solo el servidor puede hacerlo. En este dispositivo cada grabación cuenta como de una "
    "persona.",
    "where.old": "Este navegador es demasiado antiguo para analizar grabaciones por sí mismo.",
    "where.memory": "Este dispositivo tiene muy poca memoria libre para analizar grabaciones por sí mismo.",
    "where.model": "El modelo no llegó completo o fue modificado: vuelve a cargar la página.",
    "where.network": "No se pudo cargar el modelo: comprueba la conexión e inténtalo de nuevo.",
    "where.unread": "Este navegador no puede leer el archivo como grabación.",
    "where.long": "Tu navegador analiza grabaciones de hasta {minutes} minutos, y esta es más larga.",
    "where.only": "Tu navegador no puede distinguir personas, canales ni pistas.",
    "where.broken": "Tu navegador no terminó el análisis.",
    "where.instead": "En su lugar, el servidor analizó la grabación y ya la ha olvidado.",
    "where.choose": "Elige «En el servidor» para que se analice allí.",
    "where.one": "Quien habla en ella se toma en este dispositivo como una sola persona.",
    "where.apart": "Distinguir a las personas en el servidor",
    "where.needs": "Esta página necesita JavaScript y un servidor web, porque un navegador no ejecuta los scripts de "
    "una página abierta como archivo. En tu ordenador, ejecuta python -m http.server en su carpeta.",
    "form.choose": "¿Ya tienes una grabación?",
    "form.drop": "Suéltala en cualquier lugar de esta página.",
    "form.formats": "Audio o video, hasta {minutes} minutos y {megabytes} MB.",
    "form.more": "Más opciones: quién habla, canales",
    "examples.title": "O analiza un ejemplo",
    "examples.1": "Una voz de hombre",
    "examples.2": "Una voz de mujer",
    "examples.source": "Dos actores, de CREMA-D (Cao et al. 2014), ODbL 1.0.",
    "form.sex": "Sexo de quien habla",
    "form.sex.auto": "Automático",
    "form.sex.female": "Mujer",
    "form.sex.male": "Hombre",
    "form.sex.accuracy": "Con dos clases, la respuesta es correcta en el {female} de las grabaciones de mujeres y en "
    "el {male} de las de hombres. Lo que elijas decide cuál de estos resultados se muestra junto a la respuesta. No "
    "cambia la respuesta.",
    "form.sex.detected": "El sexo se detecta automáticamente: elígelo para corregir un error.",
    "form.sex.one": "Este modelo se entrenó solo con {who}.",
    "form.sex.pair": "Hay un modelo para mujeres y otro para hombres: aquí eliges cuál se usa. «Automático» detecta "
    "primero el sexo.",
    "form.speakers": "Cuántas personas hablan",
    "form.speakers.auto": "Averiguarlo",
    "form.speakers.channels": "Una en cada canal",
    "form.speakers.hint": "Si sabes cuántas son, elígelo: ayuda a distinguirlas.",
    "form.parts": "Canales y pistas",
    "form.channel": "Canal",
    "form.channel.mix": "Todos los canales, mezclados",
    "form.channel.each": "Cada canal por separado",
    "form.track": "Pista de audio",
    "form.track.default": "La habitual",
    "form.track.each": "Cada pista por separado",
    "form.parts.hint": "Una llamada puede tener una persona en cada canal. Un video puede tener varias pistas de "
    "audio.",
    "form.send": "Analizar",
    "voice.together": "Todas las grabaciones son de la misma persona: compararlas entre sí.",
    "voice.title": "Tu voz normal",
    "voice.why": "Hay voces que suenan tristes o enfadadas por naturaleza. Cuando la página conoce tu voz normal, "
    "compara con ella cada respuesta.",
    "voice.read": "Lee esta frase con tu voz normal y después guárdala:",
    "voice.sentence": "La tienda de la esquina abre a las nueve y el autobús para justo enfrente.",
    "voice.file": "Una grabación de tu voz normal",
    "voice.keep": "Guardar mi voz normal",
    "voice.delete": "Borrarla",
    "voice.set": "Ya se conoce tu voz normal: cada respuesta se compara con ella.",
    "voice.unset": "Borrada: las respuestas ya no se comparan con ella.",
    "voice.sending": "Escuchando tu voz.",
    "voice.choose": "Primero graba la frase o elige un archivo.",
    "voice.privacy": "La grabación se olvida enseguida. Unos pocos números que describen la voz se quedan solo en este "
    "navegador y acompañan a cada grabación.",
    "wait.title": "Analizando la grabación",
    "wait.progress": "Progreso",
    "wait.cancel": "Cancelar",
    "wait.cancelled": "Cancelado.",
    "wait.failed": "El servidor no respondió: comprueba que sigue en marcha e inténtalo de nuevo.",
    "answer.title": "Esta voz suena",
    "answer.other": "A otra emoción",
    "answer.others": "otra ({names})",
    "answer.mostly": "Sobre todo {label}",
    "answer.of-speech": "{share} del tiempo hablado",
    "answer.changing": "Cambiante, más a menudo {label}",
    "answer.valence.negative": "negativa",
    "answer.valence.positive": "positiva",
    "answer.valence.neutral": "ni negativa ni positiva",
    "answer.trend.up": "Al final suena más positiva que al principio.",
    "answer.trend.down": "Al final suena más negativa que al principio.",
    "answer.strongest": "Los momentos más marcados",
    "answer.moment": "{label} en {start}",
    "answer.changes": "Cambia {count} veces:",
    "answer.changes.one": "Cambia una vez:",
    "answer.change": "{label} desde {start}",
    "answer.status": "Esta voz suena {label}, {share}. Certeza: {confidence}.",
    "answer.odds.recorded": "En una prueba con grabaciones de otras fuentes, el {right} de las {answers} respuestas "
    "con una probabilidad parecida (de {low} a {high}) fueron correctas.",
    "answer.odds.noisy": "En una prueba con grabaciones con ruido, el {right} de las {answers} respuestas con una "
    "probabilidad parecida (de {low} a {high}) fueron correctas.",
    "answer.odds.clipped": "En una prueba con grabaciones saturadas, el {right} de las {answers} respuestas con una "
    "probabilidad parecida (de {low} a {high}) fueron correctas.",
    "answer.odds.all": "100\N{NO-BREAK SPACE}%",
    "answer.compared": "Comparada con tu voz normal.",
    "answer.compared.together": "Comparada con las demás grabaciones de esta persona.",
    "answer.compared.same": "Eso apenas cambió la respuesta.",
    "answer.compared.moved": "Sin eso, la respuesta sería la misma ({without}); se desplazó un {moved} de la "
    "probabilidad.",
    "answer.compared.other": "Sin eso, la voz sonaría {without}; se desplazó un {moved} de la probabilidad.",
    "answer.channel": "Canal {number}",
    "answer.track": "Pista {number}",
    "answer.views": "Qué mirar",
    "answer.view.2": "Negativa o positiva",
    "answer.view.3": "En tres",
    "answer.view.8": "Emociones",
    "answer.view.stress": "Estrés",
    "answer.stress": "Durante el {share} del tiempo hablado, la voz suena estresada: triste, enfadada, asustada o "
    "asqueada, y no neutra, tranquila, alegre o sorprendida. Esto describe cómo suena la voz y no es un diagnóstico.",
    "answer.limits": "Así suena la voz; no dice lo que siente la persona.",
    "people.heard": "En esta grabación",
    "people.count": "Hablan {number} personas",
    "people.name": "Persona {number}",
    "people.title": "Quién habla y cuándo",
    "people.rename": "Nombre de la persona {number}",
    "people.rename.hint": "Escribe encima de un nombre para cambiarlo, por ejemplo por Paciente o Terapeuta. Los "
    "nombres se quedan en este navegador y aparecen en el informe de esta respuesta.",
    "people.listen": "Escuchar",
    "people.listen.to": "Escuchar solo a {name}",
    "people.stop": "Parar",
    "people.share": "{share} del tiempo de habla, {seconds}",
    "people.channel": "canal {number}",
    "people.compared": "Comparada con todo lo que esta persona dice aquí.",
    "people.overlap": "Rayado: varias personas hablan a la vez. No cuenta para ninguna de ellas.",
    "people.several": "varias a la vez",
    "people.who": "Quién",
    "people.each": "Cada persona",
    "people.shares": "Cuánto de lo que dice esta persona suena a qué",
    "people.reaction.up": "Después de que hable otra persona, esta suena más positiva que antes, de media en {count} "
    "turnos.",
    "people.reaction.down": "Después de que hable otra persona, esta suena más negativa que antes, de media en "
    "{count} turnos.",
    "confidence.word.clear": "clara",
    "confidence.word.likely": "probable",
    "confidence.word.unclear": "dudosa",
    "confidence.clear": "Clara.",
    "confidence.clear.means": "Las respuestas así suelen ser correctas.",
    "confidence.likely": "Probable.",
    "confidence.likely.means": "Las respuestas así aciertan más de lo que fallan.",
    "confidence.unclear": "Dudosa.",
    "confidence.unclear.means": "Tómala como una suposición.",
    "accuracy.title": "¿Hasta qué punto es fiable?",
    "accuracy.measured-on": "Medido con voces de las que no aprendió (RAVDESS, habla, cinco partes por hablantes).",
    "accuracy.whose": "Hablantes",
    "accuracy.right": "Respuestas correctas",
    "accuracy.all": "todos",
    "accuracy.female": "mujeres",
    "accuracy.male": "hombres",
    "accuracy.conditions": "Lo mismo con otras grabaciones",
    "accuracy.recorded": "Grabación",
    "live.loading": "Se carga el reconocedor; hasta entonces no se ve nada aquí.",
    "live.waiting": "Espera una voz.",
    "live.silence": "silencio",
    "live.now": "Los últimos segundos:",
    "live.told": "Suena {label}.",
    "listen.begin": "Escuchando {name}: Ctrl+C termina, y después viene la respuesta sobre todo.",
    "table.answer": "respuesta",
    "table.valence": "valencia",
    "table.confidence": "certeza",
    "table.sex": "sexo",
    "table.recording": "grabación",
    "table.channel": "canal {number}",
    "table.track": "pista {number}",
    "table.people": "Hablan {number} personas en {recording}",
    "table.speaker": "hablante",
    "table.share": "parte",
    "table.probability": "probabilidad",
    "table.speaker.number": "hablante {number}",
    "table.overlap": "varios a la vez",
    "table.reaction.up": "el hablante {number} suena más positivo justo después de que hable otra persona (valencia "
    "{by:+.2f}, media de {turns} turnos)",
    "table.reaction.down": "el hablante {number} suena más negativo justo después de que hable otra persona (valencia "
    "{by:+.2f}, media de {turns} turnos)",
    "table.speech": "del tiempo hablado: {shares}",
    "table.none-holds": "ninguna respuesta vale para toda la grabación",
    "table.strongest": "momentos más marcados: {moments}",
    "table.moment": "{label} de {start:.1f} a {end:.1f} s",
    "table.changes": "cambios: {changes}",
    "table.change": "{label} desde {time:.1f} s",
    "table.windows": "suena más {label} {windows}",
    "table.window": "de {start:.1f} a {end:.1f} s (+{points})",
    "table.no-window": "ningún momento explica por sí solo que suene {label}",
    "table.compared.alike": "Comparado con otros fragmentos de habla de la misma persona ({segments}), que suenan "
    "demasiado parecidos para distinguir la voz de la emoción: eso no cambió casi nada.",
    "table.compared.one": "Comparado con otros fragmentos de habla de la misma persona ({segments}): sin eso, sonaría "
    "{without}; el {moved} de la probabilidad pasó a otras clases.",
    "table.compared.many": "Comparado con otros fragmentos de habla de la misma persona ({segments}): {others} de "
    "{answers} respuestas son distintas de las que habría sin eso, y en promedio el {moved} de la probabilidad pasó a "
    "otras clases.",
    "table.compared.known.one": "Comparado con otros fragmentos de habla de la misma persona ({segments}), en los que "
    "se sabe que su voz suena {emotion}: sin eso, sonaría {without}; el {moved} de la probabilidad pasó a otras "
    "clases.",
    "table.compared.known.many": "Comparado con otros fragmentos de habla de la misma persona ({segments}), en los que "
    "se sabe que su voz suena {emotion}: {others} de {answers} respuestas son distintas de las que habría sin eso, y "
    "en promedio el {moved} de la probabilidad pasó a otras clases.",
    "timeline.title": "La grabación y sus fragmentos",
    "timeline.play": "Reproducir",
    "timeline.pause": "Pausar",
    "timeline.back": "Fragmento anterior",
    "timeline.next": "Fragmento siguiente",
    "timeline.closer": "Acercar",
    "timeline.farther": "Alejar",
    "timeline.positive": "positiva",
    "timeline.neutral": "neutra",
    "timeline.negative": "negativa",
    "timeline.current": "De {start} a {end}: {label} {share}",
    "timeline.keys": "Haz clic en un fragmento para oírlo. Teclas: la barra espaciadora reproduce la grabación, las "
    "flechas pasan de un fragmento a otro, Enter reproduce un fragmento, y los signos más y menos acercan y alejan.",
    "timeline.valence": "La línea bajo la onda es la valencia: lo positiva o negativa que suena la voz.",
    "timeline.mute": "Este navegador no puede reproducir la grabación; la respuesta no cambia por ello.",
    "why.ask": "¿Por qué suena {label} de {start} a {end}?",
    "why.progress": "Progreso de la explicación",
    "why.working": "Buscando la explicación, de {start} a {end}",
    "why.cancel": "Cancelar",
    "why.title": "Por qué suena {label} de {start} a {end}",
    "why.found": "Sobre todo por la parte de {start} a {end}: sin ella, la respuesta sería {points} puntos menos "
    "probable.",
    "why.found.run": "Sobre todo por la parte de {start} a {end}: sin un cuarto de segundo de ella, la respuesta sería "
    "hasta {points} puntos menos probable.",
    "why.none": "Ninguna parte decide por sí sola: aunque faltara cualquier cuarto de segundo, la respuesta sería casi "
    "igual de probable.",
    "why.alone": "Por sí solo, este fragmento suena {label}, y eso es lo que se explica aquí.",
    "why.for": "a favor de la respuesta",
    "why.against": "en contra de la respuesta",
    "why.how": "Se silenció cada cuarto de segundo, uno tras otro. Cuanto más alta es su barra, más cambió la "
    "respuesta.",
    "pictures.title": "El sonido en imágenes",
    "pictures.waveform": "Forma de onda",
    "pictures.spectrum": "Espectro",
    "pictures.filter-bank": "Banco de filtros",
    "pictures.mfcc": "MFCC",
    "takeaway.title": "Guardar esta respuesta",
    "takeaway.note": "Tu nota",
    "takeaway.note.hint": "Aparece en el informe y en el diario. No se envía a ningún sitio.",
    "takeaway.report": "Informe (HTML)",
    "takeaway.print": "Imprimir o guardar como PDF",
    "takeaway.diary": "Añadir al diario",
    "takeaway.diary.there": "En el diario",
    "takeaway.formats": "Para otros programas",
    "takeaway.hint": "Cada archivo contiene las clases que se muestran.",
    "takeaway.csv": "Tabla CSV",
    "takeaway.segments": "CSV de fragmentos",
    "takeaway.json": "JSON",
    "takeaway.audacity": "Etiquetas de Audacity",
    "takeaway.textgrid": "TextGrid de Praat",
    "takeaway.webvtt": "Subtítulos WebVTT",
    "takeaway.rttm": "RTTM, quién habla cuándo",
    "takeaway.picture": "Imagen",
    "report.title": "Cómo suena esta voz",
    "report.title.people": "Cómo suenan estas voces",
    "report.when": "Análisis",
    "report.length": "Duración",
    "report.view": "Vista",
    "report.valence": "La línea es la valencia: cuanto más alta está, más positiva suena la voz. Se interrumpe donde "
    "nadie habla.",
    "report.limits": "La respuesta describe cómo suena una voz. No dice lo que siente una persona y no es un "
    "diagnóstico. El reconocedor aprendió de actores, y el habla cotidiana es más difícil de reconocer.",
    "report.made": "Hecho con intone {version} y el reconocedor {name}, versión {recognizer}. Licencia de los pesos "
    "del reconocedor: {licence}.",
    "diary.title": "Diario",
    "diary.what": "El diario guarda las respuestas que añades a lo largo de los días y dibuja cómo cambia la voz.",
    "diary.is-off": "Está desactivado hasta que lo actives.",
    "diary.privacy": "Se queda en este navegador y nadie más lo recibe. No guarda sonido: solo la fecha, la emoción, "
    "la valencia, la certeza, la duración, el nombre del archivo y tu nota. Quien use este navegador puede leerlo. No "
    "es un diagnóstico.",
    "diary.turn-on": "Activar el diario",
    "diary.turn-off": "Desactivar el diario",
    "diary.on": "El diario está activado. Añade una respuesta con el botón que está debajo de ella.",
    "diary.off": "El diario está desactivado.",
    "diary.off.ask": "¿Quieres conservar lo que hay en el diario para la próxima vez o borrarlo?",
    "diary.off.keep": "Desactivar y conservar",
    "diary.off.remove": "Desactivar y borrar",
    "diary.cancel": "Cancelar",
    "diary.empty": "Todavía no hay nada en el diario: analiza una grabación y después añade la respuesta.",
    "diary.count": "Respuestas en el diario: {count}.",
    "diary.plot": "Valencia de las respuestas del diario a lo largo del tiempo; la tabla de abajo dice lo mismo con "
    "palabras",
    "diary.how": "Cuanto más alta está una marca, más positiva sonaba la voz. El color y la letra indican la emoción. "
    "Cuanto más intensa es una marca, más clara es la respuesta.",
    "diary.compared": "Comparadas con tu voz normal: {compared} de {count}. En ellas, la línea central es tu voz "
    "normal.",
    "diary.table": "Las respuestas del diario, las más recientes primero",
    "diary.when": "Fecha",
    "diary.emotion": "Suena",
    "diary.valence": "Valencia",
    "diary.confidence": "Certeza",
    "diary.against": "Frente a tu voz normal",
    "diary.recording": "Grabación",
    "diary.note": "Tu nota",
    "diary.mixed": "distinta según el momento",
    "diary.mark": "{when}: {label}. {note}",
    "diary.voice": "tu voz normal",
    "diary.neither": "ni negativa ni positiva",
    "diary.more-positive": "más positiva",
    "diary.more-negative": "más negativa",
    "diary.same": "casi igual",
    "diary.apart": "sin comparar",
    "diary.more": "Mostrar todas",
    "diary.shown": "Se muestran las {shown} más recientes de {count}.",
    "diary.edit": "Editar",
    "diary.save": "Guardar",
    "diary.remove": "Borrar esta entrada",
    "diary.clear": "Borrar todo",
    "diary.clear.ask": "¿Quieres borrar todo lo que hay en el diario? No se puede deshacer.",
    "diary.csv": "Descargar como CSV",
    "diary.json": "Descargar como JSON",
    "diary.import": "Añadir desde un archivo",
    "diary.kept": "Está en el diario.",
    "diary.removed": "La entrada se ha borrado.",
    "diary.changed": "La nota se ha guardado.",
    "diary.gone": "La entrada ya no está en el diario: se borró en otra ventana.",
    "diary.none": "Se ha borrado todo lo que había en el diario.",
    "diary.exported": "El diario está en tus descargas.",
    "diary.imported": "Añadidas: {added}. Ya estaban: {known}. Ilegibles: {broken}.",
    "diary.unread": "Este archivo no es un diario: elige un archivo JSON o CSV que se haya descargado aquí.",
    "diary.full": "El diario está lleno, con 2000 respuestas: descárgalo, borra algunas e inténtalo de nuevo.",
    "diary.unstored": "Este navegador no guarda nada más: lo nuevo del diario solo dura hasta que se cierre esta "
    "página. Descarga el diario ahora.",
    "diary.broken": "Entradas que no se pueden leer: {broken}.",
    "diary.pending": "El diario está desactivado. En cuanto lo actives, se añadirá la respuesta.",
    "correction.title": "Esta respuesta es incorrecta",
    "correction.emotion": "La emoción correcta",
    "correction.agree": "La voz es mía, o quien habla está de acuerdo. Acepto que se conserven esta grabación (como "
    "máximo, sus primeros {seconds} segundos) y su emoción para el entrenamiento, en el equipo que aloja esta página.",
    "correction.keep": "Conservarla",
    "correction.kept": "Se conserva en el equipo que aloja esta página. Gracias.",
    "channels.hint": "En cada canal de esta grabación parece hablar otra persona.",
    "channels.each": "Tomar cada canal como una persona",
    "many.part": "{file}, {part}",
    "many.title": "Grabaciones",
    "many.table": "La respuesta sobre cada grabación",
    "many.file": "Archivo",
    "many.emotion": "Suena",
    "many.valence": "Valencia",
    "many.confidence": "Certeza",
    "many.length": "Duración",
    "many.strip": "En el tiempo",
    "many.choose": "Comparar",
    "many.choose.one": "Comparar {file}",
    "many.progress": "Grabaciones que se analizan",
    "many.count": "{done} de {all}",
    "many.cancel": "Cancelar",
    "many.waiting": "En espera",
    "many.running": "Analizando",
    "many.running.share": "Analizando, {share}",
    "many.skipped": "Sin analizar, porque se canceló.",
    "many.done": "Grabaciones analizadas: {done} de {all}.",
    "many.download": "Descargar todas las respuestas",
    "many.download.hint": "Cada archivo contiene las últimas clases que se mostraron.",
    "many.compare.hint": "Elige un archivo para ver su respuesta completa. Marca dos para compararlos.",
    "many.compare": "Comparar los dos",
    "many.compare.title": "Lado a lado",
    "many.close": "Cerrar",
    "many.back": "Volver a la tabla",
    "answer.table": "Probabilidad de cada respuesta",
    "answer.shares.speech": "Cómo se reparte el tiempo hablado",
    "answer.share": "Parte del tiempo hablado",
    "answer.class": "Respuesta",
    "answer.probability": "Probabilidad",
    "answer.segments": "A lo largo del tiempo",
    "answer.segments.strip": "Una barra por fragmento: positivo por encima de la línea, negativo por debajo y todo lo "
    "demás sobre ella; cuanto más alta la barra, más probable la clase.",
    "answer.segments.table": "Todos los fragmentos",
    "answer.segment.time": "Tiempo",
    "answer.segment.span": "{start} a {end}",
    "answer.segment.label": "Suena",
    "answer.sex.detected": "La voz parece de {sex}.",
    "answer.sex.chosen": "Se indicó que la voz es de {sex}.",
    "footer.privacy.title": "Privacidad",
    "footer.privacy": "Una grabación va al equipo que aloja esta página y a ningún otro sitio. Permanece en la memoria "
    "mientras se analiza y se olvida después de la respuesta.",
    "footer.privacy.device": "«En este dispositivo», una grabación se queda en tu navegador, si este puede analizarla. "
    "En el servidor está en la memoria mientras se analiza, y se olvida después de la respuesta.",
    "footer.privacy.site": "Una grabación se queda en tu navegador, que la analiza: esta página no tiene ningún "
    "servidor que pueda recibirla.",
    "footer.privacy.more": "Qué ocurre con una grabación",
    "footer.limits.title": "Límites",
    "footer.limits": "La respuesta describe cómo suena una voz. No es un diagnóstico y no dice lo que siente una "
    "persona. intone aprendió de actores, que exageran: el habla cotidiana es más difícil de reconocer.",
    "footer.limits.more": "Con qué frecuencia acierta",
    "footer.licences.title": "Licencias",
    "footer.licences": "El código: Apache 2.0. El reconocedor: {model}. Los dos ejemplos: CREMA-D, ODbL 1.0.",
    "footer.licences.more": "Créditos",
    "footer.version": "intone {version}",
    "footer.guide": "Documentación",
    "footer.api": "Para programas",
    "api.title": "La API de intone",
    "api.lead": "Envía una grabación y recibe la respuesta como JSON. Los errores son «problem details» (RFC 9457).",
    "api.takes": "Acepta",
    "api.name": "El nombre de un análisis.",
    "api.schemas": "Esquemas",
    "error.no-body": "No hay ninguna grabación en la petición: envía el archivo como su cuerpo, o como el campo «file» "
    "de un formulario.",
    "error.no-file": "No se eligió ninguna grabación: elige primero un archivo.",
    "error.empty": "El archivo está vacío: grábalo otra vez o elige otro.",
    "error.too-large": "El archivo ocupa más de {megabytes} MB: envía una parte más corta, o el mismo en mp3 u opus.",
    "error.busy": "Ahora mismo se están analizando demasiadas grabaciones: envía la tuya de nuevo en unos segundos.",
    "error.lost": "El proceso que analizaba esta grabación se interrumpió antes de acabar: envía la grabación otra "
    "vez.",
    "error.other-site": "Este formulario se envió desde otro sitio: abre esta misma página y envía la grabación desde "
    "ella.",
    "error.other-host": "Esta página no atiende al host {host}: ábrela en su propia dirección o iníciala con "
    "--allowed-host {host}.",
    "error.no-host": "La petición no indica ningún host legible: abre esta página en su propia dirección.",
    "error.other-type": "Esta dirección acepta {takes}, y no {kind}: haz el envío con el Content-Type {takes}.",
    "error.annotation-too-large": "La respuesta ocupa más de {megabytes} MB: envía el JSON tal como se recibió.",
    "error.corrections-full": "No se conserva nada más: las correcciones en el equipo que aloja esta página ya ocupan "
    "{megabytes} MB, que es el máximo; quien lo administra puede moverlas a otro lugar.",
    "error.corrections-unwritable": "No se puede conservar la grabación: en el equipo que aloja esta página no se "
    "puede escribir en la carpeta de las correcciones; quien lo administra puede indicar otra con --corrections.",
    "error.not-found": "No hay nada en esta dirección: empieza por el formulario de esta página.",
    "error.method": "Esta dirección no acepta este tipo de petición: empieza por el formulario de esta página.",
    "error.request": "No se entiende la petición ({name}): envíala con el formulario de esta página.",
    "error.internal": "Algo falló de nuestro lado, no en la grabación: envíala otra vez o prueba con otra.",
    "class.negative": "negativa",
    "class.positive": "positiva",
    "class.neutral": "neutra",
    "class.calm": "tranquila",
    "class.happy": "alegre",
    "class.sad": "triste",
    "class.angry": "enfadada",
    "class.fearful": "asustada",
    "class.disgust": "asqueada",
    "class.surprised": "sorprendida",
    "class.stressed": "estresada",
    "class.not stressed": "no estresada",
    "class.neither": "a otra emoción",
    "mark.negative": "\N{MINUS SIGN}",
    "mark.positive": "+",
    "mark.neutral": "N",
    "mark.calm": "Q",
    "mark.happy": "A",
    "mark.sad": "T",
    "mark.angry": "E",
    "mark.fearful": "U",
    "mark.disgust": "C",
    "mark.surprised": "S",
    "mark.stressed": "E",
    "mark.not stressed": "N",
    "mark.neither": "\N{MIDDLE DOT}",
    "mark.mixed": "~",
    "sex.female": "mujer",
    "sex.male": "hombre",
    "sex.mixed": "mixto",
}

SENTENCES: Mapping[str, str] = {
    # A file that cannot be read.
    "The file is empty: record or export it again.": "El archivo está vacío: grábalo o expórtalo otra vez.",
    "The file holds no sound at all: record it again.": "El archivo no contiene ningún sonido: grábalo otra vez.",
    "The file is not a recording that can be decoded: use {usual}.":
        "El archivo no es una grabación que se pueda leer: usa {usual}.",
    "The file is {what}, not a recording that can be decoded: use {usual}.":
        "El archivo no es una grabación que se pueda leer, sino {what}: usa {usual}.",
    "wav, flac, mp3, ogg, opus, m4a, mp4 or webm": "wav, flac, mp3, ogg, opus, m4a, mp4 o webm",
    "of the format {name}": "un archivo del formato {name}",
    "a text": "un texto",
    "a PDF document": "un documento PDF",
    "a ZIP archive or an Office document": "un archivo ZIP o un documento de Office",
    "a gzip archive": "un archivo gzip",
    "a 7z archive": "un archivo 7z",
    "a RAR archive": "un archivo RAR",
    "an Office document": "un documento de Office",
    "a PNG picture": "una imagen PNG",
    "a JPEG picture": "una imagen JPEG",
    "a GIF picture": "una imagen GIF",
    "a WebP picture": "una imagen WebP",
    "a BMP picture": "una imagen BMP",
    "a TIFF picture": "una imagen TIFF",
    "a HEIC or AVIF picture": "una imagen HEIC o AVIF",
    "a MIDI file, which holds notes and no sound": "un archivo MIDI, que contiene notas y no sonido",
    "a SILK voice message": "un mensaje de voz SILK",
    "an Audible audiobook, which is copy-protected": "un audiolibro de Audible, que está protegido contra copia",
    "a playlist, which holds no sound itself": "una lista de reproducción, que no contiene sonido",
    "a pointer of Git LFS, whose file was not fetched": "un puntero de Git LFS, cuyo archivo no se descargó",
    "a web page": "una página web",
    "an XML document": "un documento XML",
    "a program": "un programa",
    "a database": "una base de datos",
    "empty at its beginning (nothing but zeros)": "un archivo que empieza vacío (solo con ceros)",
    "The file is a WAV behind {count} bytes that do not belong there: export it again, or remove them.":
        "El archivo es un WAV precedido de {count} bytes que no son suyos: vuelve a exportarlo o quítalos.",
    "The file ({name}) has no audio track: choose a recording of a voice.":
        "El archivo ({name}) no tiene ninguna pista de audio: elige una grabación de voz.",
    "The file begins like {name}, but cannot be decoded: it is cut off, was not finished or is damaged; copy or export "
    "it again.":
        "El archivo empieza como {name}, pero no se puede leer: está cortado, incompleto o dañado; cópialo o expórtalo "
        "otra vez.",
    "The sound in the file is of a kind that is not known: export it as wav, flac or mp3.":
        "El sonido del archivo es de un tipo desconocido: expórtalo como wav, flac o mp3.",
    "The sound in the file is copy-protected (DRM): choose a recording of your own.":
        "El sonido del archivo está protegido contra copia (DRM): elige una grabación tuya.",
    "The file cannot be read ({reason}): name one that is there and that you may read.":
        "No se puede leer el archivo ({reason}): indica uno que exista y que puedas leer.",
    "The file takes many times as long to decode as a recording of its length and size: export its sound again, as "
    "wav, flac or mp3.":
        "Leer el archivo cuesta mucho más tiempo que una grabación de su duración y tamaño: exporta el sonido otra "
        "vez, como wav, flac o mp3.",
    "The file states more than {most_streams} tracks, or larger tables than a recording has: export its sound alone, "
    "as wav, flac or mp3.":
        "El archivo declara más de {most_streams} pistas, o tablas más grandes que las de una grabación: exporta solo "
        "el sonido, como wav, flac o mp3.",
    "The file states {rate} samples a second, which no recording has: export it again.":
        "El archivo declara {rate} muestras por segundo, algo que no tiene ninguna grabación: expórtalo otra vez.",
    "The file is cut off: its header states {stated_s:.1f} s, but only {there_s:.1f} s can be decoded; copy or export "
    "it again.":
        "El archivo está cortado: su cabecera declara {stated_s:.1f} s, pero solo se pueden leer {there_s:.1f} s; "
        "cópialo o expórtalo otra vez.",
    "The file became shorter while it was read: choose it again.":
        "El archivo se acortó mientras se leía: elígelo otra vez.",
    "The chunks that the file is made of do not fit its length: export it again.":
        "Los bloques que forman el archivo no encajan con su longitud: expórtalo otra vez.",
    "The recording holds samples that are not numbers (NaN or infinity): export it again.":
        "La grabación contiene muestras que no son números (NaN o infinito): expórtala otra vez.",
    "The recording holds samples that no microphone gives (thousands of millions of times full scale): export it "
    "again.":
        "La grabación contiene muestras que ningún micrófono produce (miles de millones de veces el máximo): expórtala "
        "otra vez.",
    "More than {size:.1f} GB came from a pipe or an archive: cut the recording into parts, or save it as a file and "
    "name that.":
        "Llegaron más de {size:.1f} GB por una tubería o desde un archivo comprimido: corta la grabación en partes, o "
        "guárdala como archivo e indica ese archivo.",
    "There is no room in {folder} for a copy of the recording ({reason}): free some space, or save it as a file and "
    "name that.":
        "No hay sitio en {folder} para una copia de la grabación ({reason}): libera espacio, o guárdala como archivo e "
        "indica ese archivo.",
    # A recording that is too long or too short, or has no voice.
    "The recording is longer than an hour: cut it into parts.":
        "La grabación dura más de una hora: córtala en partes.",
    "The recording is longer than {hours:g} hours: cut it into parts.":
        "La grabación dura más de {hours:g} horas: córtala en partes.",
    "The recording is longer than a minute: cut it into parts.":
        "La grabación dura más de un minuto: córtala en partes.",
    "The recording is longer than {minutes:g} minutes: cut it into parts.":
        "La grabación dura más de {minutes:g} minutos: córtala en partes.",
    "Attributions are computed of at most {most:g} minutes, and this is {minutes:.0f}: choose a part of the recording.":
        "Las atribuciones se calculan para un máximo de {most:g} minutos, y aquí hay {minutes:.0f}: elige una parte de "
        "la grabación.",
    "The recording ends before {start_s:.1f} s: choose a start_s before its end.":
        "La grabación termina antes de {start_s:.1f} s: elige un start_s anterior a su final.",
    "The recording is silent: check the microphone and record again.":
        "La grabación está en silencio: comprueba el micrófono y graba otra vez.",
    "No voice was found in {seconds:.1f} s of sound: record someone who speaks, close to the microphone.":
        "No se encontró ninguna voz en {seconds:.1f} s de sonido: graba a alguien que hable cerca del micrófono.",
    "Only {spoken:.2f} s of speech was found, and an answer needs at least {least_s:g} s: speak longer.":
        "Solo se encontraron {spoken:.2f} s de voz, y una respuesta necesita al menos {least_s:g} s: habla más tiempo.",
    "Only {seconds:.2f} s of speech was found, and an answer needs {shortest_s:g} s: speak longer.":
        "Solo se encontraron {seconds:.2f} s de voz, y una respuesta necesita {shortest_s:g} s: habla más tiempo.",
    "Only {seconds:.2f} s of sound is left after cleaning, and an answer needs {chunk_s:g} s: speak longer or closer "
    "to the microphone.":
        "Tras la limpieza solo quedan {seconds:.2f} s de sonido, y una respuesta necesita {chunk_s:g} s: habla más "
        "tiempo o más cerca del micrófono.",
    "The recording is {duration_s:.2f} s long, and an answer needs at least {least_s:g} s of speech: record a longer "
    "one.":
        "La grabación dura {duration_s:.2f} s, y una respuesta necesita al menos {least_s:g} s de voz: haz una más "
        "larga.",
    "The recording holds less than a single sample of sound: record it again.":
        "La grabación contiene menos de una sola muestra de sonido: grábala otra vez.",
    # How good a recording is.
    "The recording is coarse (its loudest sample is {steps:.0f} steps above zero), as with few bits or at a very low "
    "level, which changes answers: record it again at a higher level or with more bits.":
        "La grabación tiene poca resolución (su muestra más fuerte está a {steps:.0f} escalones del cero), como con "
        "pocos bits o a un nivel muy bajo, y eso cambia las respuestas: grábala otra vez a un nivel más alto o con más "
        "bits.",
    "The recording is very quiet ({decibels:.0f} dB of full scale): record it again closer to the microphone or at a "
    "higher level.":
        "La grabación se oye muy bajo ({decibels:.0f} dB respecto al máximo): grábala otra vez más cerca del micrófono "
        "o a un nivel más alto.",
    "The recording is noisy (about {decibels:.0f} dB above the noise): record in a quieter place or closer to the "
    "microphone.":
        "La grabación tiene mucho ruido (la voz lo supera en unos {decibels:.0f} dB): graba en un lugar más silencioso "
        "o más cerca del micrófono.",
    "The recording is clipped (its loudest parts are cut off): record it again at a lower level.":
        "La grabación está saturada (sus partes más fuertes están recortadas): grábala otra vez a un nivel más bajo.",
    # What was analysed of a file.
    "The channels cancel one another where they are mixed (opposite phase), so that channel {numbers} was analysed "
    "there alone.":
        "Los canales se anulan entre sí al mezclarlos (fase opuesta), así que ahí solo se analizó el canal {numbers}.",
    "The channels hold different voices in turn, as those of a call do, and were mixed: choose the speakers "
    "'channels', so that each channel is one of them.":
        "En los canales hablan por turnos voces distintas, como en una llamada, y se mezclaron: elige «channels» (una "
        "persona en cada canal) para que cada canal sea una persona.",
    "Each channel holds a voice of its own, as in a call, and is taken as one speaker.":
        "En cada canal habla una voz distinta, como en una llamada: cada uno se toma como una persona.",
    "The recording has one channel, so that it cannot have a speaker on each: choose auto, or the number of speakers.":
        "La grabación tiene un solo canal, así que no puede haber una persona en cada uno: elige «auto» o el número de "
        "personas.",
    "The file holds several pieces of sound, of which only the first is read: export it again.":
        "El archivo contiene varios trozos de sonido, de los que solo se leyó el primero: vuelve a exportarlo.",
    "The file is a WAV whose numbers stand the other way round (RIFX): export it again.":
        "El archivo es un WAV cuyos números están al revés (RIFX): vuelve a exportarlo.",
    "No voice was found in the mix of the channels, and to look into each takes longer than a file of this size is "
    "worth: choose a channel by its number.":
        "En la mezcla de los canales no hay ninguna voz, y buscarla en cada canal lleva más tiempo del que corresponde "
        "a un archivo de este tamaño: elige un canal por su número.",
    "No voice is in the mix of the channels, so that channel {number} was analysed alone.":
        "En la mezcla de los canales no hay ninguna voz, así que solo se analizó el canal {number}.",
    "The number of channels is {before} at the beginning and {after} later: from there on each is the mean of all.":
        "El número de canales es {before} al principio y {after} después: a partir de ahí, cada uno es la media de "
        "todos.",
    "The recording has {count} tracks of sound ({tracks}), of which track {track} was analysed: choose another by its "
    "number, or each.":
        "La grabación tiene {count} pistas de audio ({tracks}), y se analizó la pista {track}: elige otra por su "
        "número o cada una por separado.",
    "The file holds {count} recordings, one after the other: they were read as one.":
        "El archivo contiene {count} grabaciones, una tras otra: se leyeron como una sola.",
    "Of the {count} recordings in the file {lost} cannot be read to the end: {reason}":
        "Grabaciones del archivo que no se pueden leer hasta el final: {lost} de {count}. {reason}",
    "The header states only {share:.0%} of the sound that follows it, as after a crash: the file was read to its end.":
        "La cabecera declara solo el {share:.0%} del sonido que la sigue, como tras un fallo: el archivo se leyó hasta "
        "el final.",
    "The file states {stated_s:.1f} s, of which {there_s:.1f} s are sound: it is cut off, or its sound begins late or "
    "pauses, so that times may be too early.":
        "El archivo declara {stated_s:.1f} s, de los que solo {there_s:.1f} s son sonido: está cortado, o el sonido "
        "empieza tarde o se interrumpe, así que los tiempos pueden adelantarse.",
    "The times in the file leave out {skipped_s:.0f} s, more than can be believed: what follows is given at once, so "
    "that its times are too early.":
        "Los tiempos del archivo se saltan {skipped_s:.0f} s, más de lo creíble: lo que sigue se da sin esa pausa, así "
        "que sus tiempos se adelantan.",
    # Recordings of a voice that an answer is compared with.
    "This is no saved reference: give a file that `intone reference` wrote, as it wrote it.":
        "Esto no es una referencia guardada: indica un archivo escrito por `intone reference`, tal como lo escribió.",
    "The reference was made with another recognizer, so that it is left out: make it again with {name} {version}.":
        "La referencia se hizo con otro reconocedor, así que no se usa: hazla otra vez con {name} {version}.",
    "The reference is of a female voice, and this one sounds male, so that it is left out: give one of the same "
    "person, or choose the sex if it was detected wrongly.":
        "La referencia es de una voz de mujer y esta parece de hombre, así que no se usa: indica una de la misma "
        "persona, o elige el sexo si se detectó mal.",
    "The reference is of a male voice, and this one sounds female, so that it is left out: give one of the same "
    "person, or choose the sex if it was detected wrongly.":
        "La referencia es de una voz de hombre y esta parece de mujer, así que no se usa: indica una de la misma "
        "persona, o elige el sexo si se detectó mal.",
    "A single segment of speech has nothing to be compared with: give more recordings of the voice, or say which "
    "emotion it has.":
        "Un solo fragmento de voz no se puede comparar con nada: indica más grabaciones de la voz, o di qué emoción "
        "tiene.",
    "Several people speak in a recording of the voice: give recordings in which one person speaks.":
        "En una grabación de la voz hablan varias personas: da grabaciones en las que hable una sola.",
    "Some recordings of the voice sound male and some female: give recordings of one person.":
        "Unas grabaciones de la voz parecen de hombre y otras de mujer: indica grabaciones de una sola persona.",
    "The recordings of the voice are longer than {minutes:g} minutes together: send fewer or shorter ones.":
        "Las grabaciones de la voz duran en total más de {minutes:g} minutos: envía menos, o más cortas.",
    # How sure an answer is.
    "This recognizer was trained on women only, and the voice sounds male: use one that was trained on men, or choose "
    "the sex if it was detected wrongly.":
        "Este reconocedor se entrenó solo con mujeres y la voz parece de hombre: usa uno entrenado con hombres, o "
        "elige el sexo si se detectó mal.",
    "This recognizer was trained on men only, and the voice sounds female: use one that was trained on women, or "
    "choose the sex if it was detected wrongly.":
        "Este reconocedor se entrenó solo con hombres y la voz parece de mujer: usa uno entrenado con mujeres, o elige "
        "el sexo si se detectó mal.",
    "The recording sounds unlike those that this recognizer was trained on (it is out of distribution), so that its "
    "measured results do not hold here: the voice, its speed or the bandwidth may be unusual.":
        "La grabación no se parece a aquellas con las que se entrenó este reconocedor (está fuera de la distribución), "
        "así que los resultados medidos no valen aquí: quizá la voz, su velocidad o el ancho de banda sean poco "
        "habituales.",
    "It sounds rather {emotion}, which is none of these.":
        "Suena más bien {emotion}, y eso no está entre las opciones.",
    "This recognizer was not calibrated for these classes, so that none of its answers is clear.":
        "Este reconocedor no se calibró para estas clases, así que ninguna de sus respuestas es clara.",
    "How often the clear answers of this recognizer are right is not known.":
        "No se sabe con qué frecuencia son correctas las respuestas claras de este reconocedor.",
    "Measured on {whom}: {clear:.0%} of the clear answers were right, and {likely:.0%} of the likely and clear ones.":
        "Medido con {whom}: el {clear:.0%} de las respuestas claras fueron correctas, y el {likely:.0%} de las "
        "probables y claras juntas.",
    "Measured on {whom}: {clear:.0%} of the clear answers were right.":
        "Medido con {whom}: el {clear:.0%} de las respuestas claras fueron correctas.",
    "Measured on {whom}: {likely:.0%} of the likely answers were right; too few for any to be clear.":
        "Medido con {whom}: el {likely:.0%} de las respuestas probables fueron correctas, demasiado pocas para que "
        "alguna cuente como clara.",
    "Measured on {whom}: too few answers were right for any to be clear.":
        "Medido con {whom}: fueron correctas demasiado pocas respuestas para que alguna cuente como clara.",
    "recordings from elsewhere ({corpora}, each left out of the training)":
        "grabaciones de otras fuentes ({corpora}, cada una excluida del entrenamiento)",
    "speakers who did not train ({corpora})": "hablantes que no participaron en el entrenamiento ({corpora})",
    "its calibration": "su calibración",
    "neutral": "neutra",
    "calm": "tranquila",
    "happy": "alegre",
    "sad": "triste",
    "angry": "enfadada",
    "fearful": "asustada",
    "disgust": "asqueada",
    "surprised": "sorprendida",
    "There is no track {number}: the recording has these: {tracks}; choose one of them.":
    "No hay pista {number}: la grabación tiene estas: {tracks}; elige una de ellas.",
    "There is no channel {number}: the last one of the recording is {last}.":
    "No hay canal {number}: el último de la grabación es {last}.",
    "Of {asked} speakers that were asked for, {number} could be told apart.":
    "De las {asked} personas pedidas se pudo distinguir a {number}.",
    "{error} {note}": "{error} {note}",
    "Only {spoken:.1f} s of speech was found.":
    "Solo se encontraron {spoken:.1f} s de voz.",
    "Where each channel is a speaker, all of them are answered together: leave the channel {channel} out.":
        "Donde cada canal es una persona, se responde sobre todos juntos: no indiques el canal {channel}.",
    "There is no number of speakers {speakers} to choose: auto, channels, or 1 to {most}.":
        "No se puede elegir {speakers} como número de hablantes: auto, channels, o de 1 a {most}.",
    "{number} people speak here, and the answer about the whole recording is the mean over them: see the answer about "
    "each.":
        "Aquí hablan {number} personas, y la respuesta sobre toda la grabación es la media de ellas: vea la respuesta "
        "sobre cada una.",
    "The reference is of one person, and several speak here, so that it is left out: say that one speaks where that is "
    "so.":
        "La referencia es de una persona y aquí hablan varias, así que no se usa: indica que habla una sola, si es "
        "así.",
}
