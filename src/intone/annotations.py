"""STUB so that the web part can be imported: replace this file whole."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from intone.prediction import Prediction


@dataclass(frozen=True)
class Format:
    name: str
    suffix: str
    media_type: str
    write: Callable[[Prediction], str]


FORMATS = {"json": Format("json", ".json", "application/json", lambda one: json.dumps(one.to_dict()))}
