"""The API for programs, which the page's own script uses too: `/api/v1`.

    described    what a resource takes and gives, beside its code
    openapi      the OpenAPI 3.1 document, made of that, and a page that shows it
    analyses     POST a recording, read its answer; long ones with progress and cancel
    references   POST recordings of one person, read what they tell of the voice; nothing is kept
    recognizer   GET what answers, how good it is and for whom, and under which licence
    pictures     POST a recording, see its waveform, spectrum, filter bank or MFCC
    annotations  POST an answer, take its segments away in the format of another program
    corrections  POST a clip with its true label, kept for a later training if its speaker agrees
"""

from intone.web.api.analyses import blueprint as analyses
from intone.web.api.annotations import blueprint as annotations
from intone.web.api.corrections import blueprint as corrections
from intone.web.api.openapi import blueprint as openapi
from intone.web.api.pictures import blueprint as pictures
from intone.web.api.recognizer import blueprint as recognizer
from intone.web.api.references import blueprint as references

BLUEPRINTS = (analyses, references, recognizer, pictures, annotations, corrections, openapi)

__all__ = ["BLUEPRINTS"]
