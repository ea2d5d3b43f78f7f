"""From import names to distributions."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name

from checker.rules.code.import_names import candidates, curated

PIL = canonicalize_name("pillow")


def test_the_locked_wheels_say_it_first():
    fork = canonicalize_name("pillow-fork")
    assert candidates("PIL.Image", {"PIL": [fork]}) == ((fork,), "locked")
    assert candidates("PIL.Image", {"numpy": [fork]}) == ((PIL,), "curated")


@pytest.mark.parametrize(
    ("module", "names"),
    [
        (
            "cv2",
            [
                "opencv-python",
                "opencv-python-headless",
                "opencv-contrib-python",
                "opencv-contrib-python-headless",
            ],
        ),
        ("yaml", ["pyyaml"]),
        ("bs4.element", ["beautifulsoup4"]),
        ("google.cloud.storage.Client", ["google-cloud-storage"]),
        ("google.cloud.texttospeech_v1beta1", ["google-cloud-texttospeech"]),
        ("google.genai.types", ["google-genai"]),
        ("google.protobuf.message", ["protobuf"]),
        ("ruamel.yaml", ["ruamel-yaml"]),
        ("requests", ["requests"]),
        ("faster_whisper", ["faster-whisper"]),
        ("win32com.client", ["pywin32"]),
    ],
)
def test_the_curated_table_says_it_second(module, names):
    assert candidates(module, {}) == (tuple(names), "curated")


def test_a_plausible_name_is_assumed_and_said_to_be():
    assert candidates("some_rare_thing.x", {}) == (("some-rare-thing",), "assumed")


@pytest.mark.parametrize(
    "module", ["google", "google.unheard", "google.cloud", "utils", "config.x", "Tests", "_x", "é", "x", ""]
)
def test_everything_else_is_unknown(module):
    assert candidates(module, {}) == ((), "unknown")


def test_a_shared_namespace_says_nothing_of_what_is_inside():
    auth = canonicalize_name("google-auth")
    provided = {"google": [auth], "google.auth": [auth]}
    assert candidates("google.cloud.storage", provided) == (("google-cloud-storage",), "curated")
    assert candidates("google.auth.transport", provided) == ((auth,), "locked")


def test_the_table_is_dated_and_in_normal_form():
    table = curated()
    assert table.reviewed >= dt.date(2026, 11, 1)
    assert all(canonicalize_name(n) == n and names for names in table.distributions.values() for n in names)
    assert not table.namespaces & table.distributions.keys() - {"ruamel", "opentelemetry"}


@given(st.text(), st.dictionaries(st.text(), st.lists(st.just(PIL))))
def test_it_answers_for_anything(module, provided):
    names, basis = candidates(module, provided)
    assert (basis == "unknown") <= (not names)
