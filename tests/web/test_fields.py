"""The sentences that refuse what a field cannot be."""

from typing import Annotated

import pytest
from pydantic import BaseModel, Field

from intone.errors import UsageError
from intone.web.fields import Else


class Order(BaseModel):
    drink: Annotated[str, Else("No {given:.5}: choose {words}.", "tea", "milk", "water")] = "tea"
    cake: Annotated[str, Else("No {given}: choose {words}.", "plain")] = "plain"
    pieces: Annotated[int, Field(ge=1), Else("'{given}' is no number of pieces.")] = 1


@pytest.mark.parametrize(("given", "sentence"), [
    ({"drink": "coffee {words}"}, "No coffe: choose tea, milk or water."), ({"cake": "{}"}, "No {}: choose plain."),
    ({"pieces": "0"}, "'0' is no number of pieces."), ({"pieces": "x", "cake": "plain"}, "'x' is no number of pieces.")])
def test_what_does_not_fit_is_refused_in_its_own_sentence(given: dict[str, str], sentence: str) -> None:
    with pytest.raises(UsageError) as refused:
        Order.model_validate(given)
    assert str(refused.value) == sentence


def test_what_fits_is_taken_and_described() -> None:
    assert Order.model_validate({"drink": "milk", "pieces": "3", "self": "x"}) == Order(drink="milk", pieces=3)
    told = Order.model_json_schema()["properties"]
    assert told["drink"]["enum"] == ["tea", "milk", "water"] and told["drink"]["default"] == "tea"
    assert told["cake"]["const"] == "plain" and told["pieces"]["minimum"] == 1
