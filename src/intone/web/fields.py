"""The fields of queries and forms: what each can be is the type in a model, which the document of the API shows too."""

from typing import Any

from pydantic import GetCoreSchemaHandler, ValidationError, ValidatorFunctionWrapHandler
from pydantic_core import CoreSchema
from pydantic_core.core_schema import literal_schema, no_info_wrap_validator_function

from intone.errors import UsageError


class Else:
    """Beside the type of a field, of `words` if there are any: the sentence of the UsageError about anything else."""

    def __init__(self, sentence: str, *words: str) -> None:
        self._sentence, self._words = sentence, words

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        fitting = literal_schema(list(self._words)) if self._words else handler(source)
        return no_info_wrap_validator_function(self._checked, fitting)

    def _checked(self, given: Any, check: ValidatorFunctionWrapHandler) -> Any:
        try:
            return check(given)
        except ValidationError as error:
            words = " or ".join(filter(None, (", ".join(self._words[:-1]), *self._words[-1:])))
            raise UsageError(self._sentence.format(given=given, words=words)) from error
