import os

import pytest

from store import drafts
from store.drafts import DRAFT, MOST
from store.home import Home


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def draft(pair="pair", **judgement):
    return DRAFT.validate_python({"pair": pair, "judgement": judgement, "savedAt": 17.0})


def files(home):
    return sorted(home.unsent.rglob("*.json"))


def test_a_draft_is_found_again_by_its_annotator_and_pair_alone(home):
    drafts.keep(home, "ana", draft(choice=3, comment="Grüße, 日本"))
    found = drafts.find(home, "ana", "pair")
    assert (found.judgement, found.saved_at) == ({"choice": 3, "comment": "Grüße, 日本"}, 17.0)
    assert drafts.find(home, "ben", "pair") is None
    assert drafts.find(home, "ana", "another pair") is None


def test_a_newer_draft_of_a_pair_takes_the_place_of_the_older_one(home):
    drafts.keep(home, "ana", draft(choice=3))
    drafts.keep(home, "ana", draft(choice=5))
    assert drafts.find(home, "ana", "pair").judgement == {"choice": 5}
    assert len(files(home)) == 1


def test_nobody_else_on_the_machine_reads_a_draft(home):
    home.root.mkdir(mode=0o755)
    drafts.keep(home, "ana", draft(choice=3))
    kept = [home.unsent, *home.unsent.rglob("*")]
    assert [oct(one.stat().st_mode & 0o777) for one in kept] == ["0o700", "0o700", "0o600"]


def test_what_is_dropped_is_gone_and_may_be_dropped_twice(home):
    drafts.keep(home, "ana", draft(choice=3))
    drafts.drop(home, "ana", "pair")
    drafts.drop(home, "ana", "pair")
    assert drafts.find(home, "ana", "pair") is None
    assert files(home) == []


def test_of_one_person_the_oldest_drafts_give_way(home):
    drafts.keep(home, "ben", draft("ben's"))
    for number in range(MOST + 3):
        drafts.keep(home, "ana", draft(f"pair {number}"))
        newest = max(files(home), key=lambda file: file.stat().st_mtime_ns)
        os.utime(newest, ns=(number, number))
    assert drafts.find(home, "ana", "pair 2") is None
    assert drafts.find(home, "ana", "pair 3") is not None
    assert drafts.find(home, "ben", "ben's") is not None
    assert len(files(home)) == MOST + 1


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pair": "pair"}', "\x00"])
def test_a_file_that_is_no_draft_is_as_good_as_none(home, text):
    drafts.keep(home, "ana", draft(choice=3))
    files(home)[0].write_text(text, encoding="utf-8")
    assert drafts.find(home, "ana", "pair") is None


@pytest.mark.parametrize("name", ["../../../hone.toml", "/etc/passwd", "a\x00b", "x" * 200])
def test_a_name_from_a_browser_leads_nowhere_but_into_the_folder(home, name):
    drafts.keep(home, "ana", draft(name, choice=1))
    assert drafts.find(home, "ana", name).judgement == {"choice": 1}
    assert [file.parent.parent for file in files(home)] == [home.unsent]
