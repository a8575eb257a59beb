"""The language of the page: what the browser asks for, what a visitor chooses, and that nothing stays in another one."""

import re
import time

import numpy as np
import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from chromium import NARROW, PHONE, Visitor, ask, until, verdict, violations
from intone.audio import RATE
from intone.language import LANGUAGES, english, texts
from intone.web import WebSettings, create_app
from intone.web.answers import wishes
from intone.web.server import in_background
from sounds import pcm
from test_page import too_wide
from web_server import API, HTML, IMAGE, StandIn, alert, send, silence, tone, wav

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
