"""Every role against every page of the table, on the real server."""

import pytest
from desk import PASSWORD
from tab import pages_of

from annotate.shell import ROOMS
from store.records import Role

PEOPLE = {Role.ANNOTATOR: "ana", Role.REVIEWER: "vera", Role.ENGINEER: "rob", Role.ADMINISTRATOR: "root"}
ORDER = list(Role)
WORDS_ALONE = {
    "html",
    "heading",
    "text",
    "markdown",
    "alert",
    "page_link",
    "empty",
    "hone.masthead",
    "hone.pane",
}
"""What a page may be made of for those whom it is not for: a sentence and a way back."""
READ_BY_ALL = {"guidelines"}
"""Only reviewers find it in the menu and write there."""
WRITING = {"text_area", "text_input", "form"}


@pytest.mark.parametrize("role", PEOPLE)
def test_each_page_is_drawn_for_its_roles_and_says_so_to_the_others(server, role):
    drawn = pages_of(server, PEOPLE[role], PASSWORD, [room.address for room in ROOMS])
    for room in ROOMS:
        kinds, words = drawn[room.address]
        assert "exception" not in kinds, f"{role} at {room.address}: {words[:2000]}"
        assert kinds > {"hone.masthead"}, room.address
        if ORDER.index(room.least) > ORDER.index(role):
            allowed = kinds - WRITING if room.address in READ_BY_ALL else WORDS_ALONE
            assert kinds <= allowed, f"{role} at {room.address}"


def test_nobody_is_sent_the_name_of_a_policy_or_the_order_in_which_responses_are_stored(server):
    drawn = pages_of(server, "lea", PASSWORD, ["compare", "rank"])
    for _, words in drawn.values():
        assert "secret-policy" not in words
        assert "shown_order" not in words
