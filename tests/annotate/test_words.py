import re
import string

import pytest

from annotate.policy_figures import judge_name
from annotate.words import ENGLISH, FOLDER, LOCALES, _sections, spoken, words
from store.records import Contents, Judge
from store.scoreboard import JUDGES

OTHERS = sorted(set(LOCALES) - {ENGLISH})


def gaps(sentence):
    return sorted({name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None})


@pytest.mark.parametrize("locale", OTHERS)
def test_every_language_says_all_that_english_says_with_the_same_gaps(locale):
    english, own = _sections(ENGLISH), _sections(locale)
    del own["refused"]  # which the store says in English
    assert {page: sorted(said) for page, said in own.items()} == {
        page: sorted(said) for page, said in english.items()
    }
    for page, said in english.items():
        for name, sentence in said.items():
            assert gaps(own[page][name]) == gaps(sentence), f"{locale} {page}.{name}"


@pytest.mark.parametrize("locale", OTHERS)
def test_a_language_is_not_english_once_more(locale):
    english, own = _sections(ENGLISH), _sections(locale)
    wordy = [
        (english[page][name], own[page][name])
        for page in english
        for name in english[page]
        if len(re.findall(r"[A-Za-z]{2,}", english[page][name])) >= 3
    ]
    same = [sentence for sentence, other in wordy if sentence == other]
    assert wordy
    assert same == []


def test_the_first_language_that_the_app_speaks_is_taken():
    assert spoken(["fr", "de-AT", "en"]) == "de"
    assert spoken(["fr_CA"]) == "en"
    assert words("xx").locale == "en"


def test_a_gap_is_filled_and_an_unknown_sentence_is_an_error():
    said = words("en").text("frame.not_yours", least="engineer", role="annotator")
    assert said == "This page takes the role engineer; you have the role annotator."
    with pytest.raises(KeyError):
        words("de").text("frame.nothing_of_the_kind")


@pytest.mark.parametrize(
    ("locale", "written"),
    [("en", ["1,234", "0.70", "62.0%", "-3"]), ("de", ["1.234", "0,70", "62,0\u00a0%", "-3"])],
)
def test_figures_have_the_marks_of_the_language(locale, written):
    said = words(locale)
    figures = [said.figure(1234), said.figure(0.7, ".2f"), said.figure(0.62, ".1%"), said.figure(-3)]
    assert figures == written


@pytest.mark.parametrize("locale", LOCALES)
def test_every_judge_and_what_is_frozen_have_a_name_in_every_language(locale):
    said = words(locale)
    names = [judge_name(said, judge) for judge in Judge]
    assert len({*names}) == len(names)
    assert all(said.text(f"lineage.{one.value}") for one in Contents)
    if locale == ENGLISH:
        assert names == [JUDGES[judge] for judge in Judge]  # as reports name them


def test_every_file_of_the_catalogue_lies_in_a_known_language():
    assert {file.parent.name for file in FOLDER.glob("*/*.toml")} == set(LOCALES)
