"""Guidelines: written in versions, read with a receipt, and told by what changed."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from small_collection import FIRST_BETTER, comparisons

from store import guidelines
from store.database import Store, open_store
from store.errors import RequestError
from store.guidelines import Reader
from store.home import Home
from store.line_changes import Change, line_changes, near_changes
from store.messages import Actor, AddAnnotator, Assignment, NextComparison, SubmitLabel
from store.records import Role, SafetyLabel, Track
from store.verbs import (
    add_annotator,
    guideline_shown,
    list_guidelines,
    next_comparison,
    read_guideline,
    submit_label,
    write_guideline,
)
from store.verbs.guiding import ListGuidelines, ReadGuideline, WriteGuideline
from store.verbs.roles import HONE

RAE = Actor(annotator_id="rae", name="rae", role=Role.REVIEWER)
SAFETY = Track.SAFETY


def write(store: Store, text: str, changed: str = "new words", **fields: object) -> int:
    request = WriteGuideline(track=SAFETY, text=text, changed=changed, **fields)  # type: ignore[arg-type]
    return write_guideline(store, RAE, request).version


def read(store: Store, actor: Actor, version: int) -> None:
    read_guideline(store, actor, ReadGuideline(track=SAFETY, version=version))


def test_the_words_that_hone_comes_with_are_version_one(store: Store, ann: Actor) -> None:
    shown = guideline_shown(store, ann, SAFETY)
    assert (shown.version, shown.read, shown.since, shown.lines) == (1, False, None, ())
    assert "Unsafe" in shown.text
    assert "What counts" in guideline_shown(store, ann, Track.HELPFULNESS).text


def test_a_new_version_is_one_higher_and_of_its_track_alone(store: Store, ann: Actor) -> None:
    assert [write(store, "a"), write(store, "b")] == [2, 3]
    assert (guideline_shown(store, ann, SAFETY).version, guideline_shown(store, ann, SAFETY).text) == (3, "b")
    assert guideline_shown(store, ann, Track.HELPFULNESS).version == 1
    assert store.guideline_version(SAFETY) == 3


def test_who_has_read_an_older_version_is_told_every_note_since_and_the_lines(
    store: Store, ann: Actor
) -> None:
    write(store, "keep\nold\nend")
    read(store, ann, 2)
    assert guideline_shown(store, ann, SAFETY).read
    write(store, "keep\nmiddle\nend", "middle for old")
    write(store, "keep\nnew\nend", "new for middle")
    shown = guideline_shown(store, ann, SAFETY)
    assert (shown.version, shown.since, shown.read) == (4, 2, False)
    assert [(note.version, note.changed) for note in shown.notes] == [
        (3, "middle for old"),
        (4, "new for middle"),
    ]
    assert [(line.change, line.text) for line in shown.lines] == [
        (Change.SAME, "keep"),
        (Change.REMOVED, "old"),
        (Change.ADDED, "new"),
        (Change.SAME, "end"),
    ]
    read(store, ann, 4)
    assert guideline_shown(store, ann, SAFETY).lines == ()


def test_a_label_under_an_older_version_counts_as_having_read_it(store: Store, ann: Actor) -> None:
    store.append("test", *comparisons(1, track=SAFETY))
    reply = next_comparison(store, ann, NextComparison())
    assert isinstance(reply, Assignment)
    safe = replace(FIRST_BETTER, safety=(SafetyLabel(safe=True),) * 2)
    submit_label(store, ann, SubmitLabel(lease_id=reply.lease_id, judgement=safe))
    assert guideline_shown(store, ann, SAFETY).since is None
    write(store, "a")
    assert guideline_shown(store, ann, SAFETY).since == 1


def test_a_receipt_is_given_once(store: Store, ann: Actor) -> None:
    request = ReadGuideline(track=SAFETY, version=1)
    assert read_guideline(store, ann, request) == read_guideline(store, ann, request)


@pytest.mark.parametrize("version", [0, 2])
def test_nobody_has_read_a_version_that_is_not_there(store: Store, ann: Actor, version: int) -> None:
    with pytest.raises(RequestError, match=f"Expected a version from 1 to 1; got {version}"):
        read(store, ann, version)


@pytest.mark.parametrize(("text", "changed"), [(" ", "x"), ("x", " "), ("x" * 50_001, "x"), ("\ud800", "x")])
def test_a_version_says_something_and_what_is_new(store: Store, text: str, changed: str) -> None:
    with pytest.raises(RequestError, match="Expected"):
        write(store, text, changed)


def test_the_same_words_are_no_new_version(store: Store) -> None:
    with pytest.raises(RequestError, match="they are the same"):
        write(store, guidelines.first(SAFETY).text)


def test_a_version_written_over_one_that_the_author_has_not_seen_is_refused(store: Store) -> None:
    write(store, "a", after=1)
    with pytest.raises(RequestError, match="Version 2 came while you wrote after 1"):
        write(store, "b", after=1)


def test_version_one_stays_in_the_home_once_another_is_written(store: Store, home: Home) -> None:
    write(store, "a")
    with store.reading() as db:
        kept = db.execute("select version, author, text from guidelines order by version").fetchall()
    assert kept == [(1, "hone", guidelines.first(SAFETY).text), (2, "rae", "a")]
    store.close()
    with open_store(home) as again:
        assert [one.version for one in listed(again).versions] == [2, 1]


def listed(store: Store):
    return list_guidelines(store, RAE, ListGuidelines(track=SAFETY))


def test_reviewers_see_every_version_and_who_has_read_which(store: Store) -> None:
    people = [
        add_annotator(store, HONE, AddAnnotator(name=name, password="long enough")) for name in ("Ana", "Ben")
    ]
    ana = Actor(annotator_id=people[0].annotator_id, name="Ana", role=Role.ANNOTATOR)
    write(store, "one\ntwo", "shorter", requalify=True)
    for version in (2, 1):
        read(store, ana, version)
    seen = listed(store)
    assert [(one.version, one.author, one.changed, one.requalify) for one in seen.versions] == [
        (2, "rae", "shorter", True),
        (1, None, "", False),
    ]
    assert {line.text for line in seen.versions[0].lines if line.change is Change.ADDED} == {"one", "two"}
    assert [(one.name, one.version) for one in seen.readers] == [("Ana", 2), ("Ben", None)]
    assert seen.readers[1] == Reader(name="Ben", version=None, made_at=None)


def test_lines_that_are_there_often_are_no_noise() -> None:
    before = "\n".join(["a", ""] * 300)
    lines = line_changes(before, before + "b")
    assert [line.text for line in lines if line.change is not Change.SAME] == ["b"]


def test_of_a_long_text_only_what_is_near_a_change_may_be_shown() -> None:
    lines = line_changes("1\n2\n3\n4\n5\n6", "1\n2\n3\n4\nx\n6")
    assert [line.text for line in near_changes(lines, 1)] == ["4", "5", "x", "6"]


def test_what_changed_in_a_long_guideline_is_found_at_once() -> None:
    before = "\n\n".join(f"Rule {number}." for number in range(3000))
    lines = line_changes(before, before.replace("Rule 77.", "Rule 77 is new."))
    assert [line.text for line in lines if line.change is not Change.SAME] == ["Rule 77.", "Rule 77 is new."]
    start = time.process_time()
    lines = line_changes("a\n\n" * 3000, "b\n\n" * 3000)
    assert time.process_time() - start < 5  # without care it takes minutes
    assert [line.text for line in lines if line.change is not Change.REMOVED] == ["b", ""] * 3000
