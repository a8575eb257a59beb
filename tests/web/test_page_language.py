"""The language of the page: what the browser asks for, what a visitor chooses, and that nothing stays in another one."""


import numpy as np
import pytest
from flask.testing import FlaskClient

from intone.language import LANGUAGES, texts
from intone.web import create_app
from web_server import StandIn, tone

OTHERS = [language for language in LANGUAGES if language != "en"]
HEADING = {language: texts(language)("page.heading") for language in LANGUAGES}
NO_VOICE = {
    "en": "No voice can be heard in the recording: speak closer to the microphone.",
    "de": "In der Aufnahme ist keine Stimme zu hören: näher am Mikrofon sprechen.",
    "es": "En la grabación no se oye ninguna voz: habla más cerca del micrófono.",
}
LONG = np.concatenate([tone("sad", 2), tone("happy", 2), tone("angry", 2), tone("surprised", 2)])


@pytest.fixture
def client() -> FlaskClient:
    return create_app(StandIn()).test_client()
