import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from jinja2 import UndefinedError
from letter import fill


def test_names_are_filled_in():
    assert fill("Dear {{ name }},\n", {"name": "Grace"}) == "Dear Grace,\n"


def test_a_missing_name_is_an_error():
    with pytest.raises(UndefinedError):
        fill("Dear {{ name }}", {})
