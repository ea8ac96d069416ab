import re
import string

import pytest

from annotate.words import ENGLISH, FOLDER, LOCALES, _sections, spoken, words

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


def test_every_file_of_the_catalogue_lies_in_a_known_language():
    assert {file.parent.name for file in FOLDER.glob("*/*.toml")} == set(LOCALES)
