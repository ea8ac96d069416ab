"""What the store refuses, told in the language of whoever is refused."""

import ast
import string
from pathlib import Path

import pytest
from small_homes import comparisons, visit

import annotate
import store as store_package
from annotate.judging.answers import answer
from annotate.session import Acknowledgement
from annotate.words import ENGLISH, LOCALES, _sections, words
from store.errors import HoneError, RequestError
from store.records import Form, Track
from store.verbs.people import check_languages

ROOTS = [Path(package.__file__).parent for package in (store_package, annotate)]
SENT = {"kind": "skip", "mid": "m", "lease": "none", "reason": "long"}


def keyed():
    """Every key under which something is refused, with the names of what fills the sentence's gaps."""
    for file in (file for root in ROOTS for file in root.rglob("*.py")):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
                continue
            given = {one.arg: one.value for one in call.keywords}
            if call.func.id.endswith("Error") and "key" in given:
                yield given.pop("key").value, set(given)
            elif call.func.id == "Why":
                yield given["key"].value, names(given["sentence"].value)


def names(sentence):
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("locale", sorted(set(LOCALES) - {ENGLISH}))
def test_every_refusal_with_a_key_is_said_in_every_language_with_gaps_that_are_filled(locale):
    said, known = _sections(locale)["refused"], dict(keyed())
    assert sorted(said) == sorted(known)
    assert {
        key: names(sentence) - known[key] for key, sentence in said.items() if names(sentence) - known[key]
    } == {}


def test_a_refusal_is_german_on_a_german_page_and_the_stores_own_sentence_on_an_english_one(store, ana):
    store.append("test", *comparisons(1))
    told = {}
    for locale in LOCALES:
        told[locale] = answer(visit(store, [ana], locale), Form.PAIR, SENT, Acknowledgement())
    assert {one.refused for one in told.values()} == {True}
    assert told["en"].message == "There is no such lease; ask for the next comparison."
    assert told["de"].message == words("de").sections["refused"]["no_lease"]


def test_a_track_is_named_as_everywhere_and_other_words_stay():
    error = RequestError("?", key="not_qualified", track=Track.SAFETY)
    assert "Bereich Sicherheit fehlt" in words("de").refusal(error)
    assert "Token namens safety" in words("de").refusal(RequestError("?", key="token_named", name="safety"))
    assert words("de").refusal(HoneError("The disk is full.")) == "The disk is full."


@pytest.mark.parametrize(("languages", "came"), [((), "–"), (("de", "{x}", "?"), "{x}, ?")])
def test_what_came_instead_of_languages_is_told_as_it_is_and_where_nothing_came_too(languages, came):
    with pytest.raises(RequestError) as refused:
        check_languages(languages)
    assert words("de").refusal(refused.value).endswith(f"gekommen ist: {came}.")
