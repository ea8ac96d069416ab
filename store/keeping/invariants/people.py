"""What should hold of people's own work: roles, chats, qualification tests and what was read."""

from __future__ import annotations

from typing import Final

from store.keeping.invariants.rules import Rule

APPOINTS_NOBODY = """
select distinct annotator_id from appointments
anti   join annotators using (annotator_id)
"""

ACCOUNTS_OF_NOBODY = """
select distinct subject from external_accounts
anti   join annotators using (annotator_id)
where  annotator_id is not null
"""

READ_TOO_NEW = """
select annotator_id from guideline_reads
where  version > (
  select coalesce(max(guidelines.version), 1) from guidelines
  where  guidelines.track = guideline_reads.track)
"""

TURNS_OF_NOTHING = """
select comparison_id from chat_turns
anti   join chats using (chat_id)
"""

TURNS_WITHOUT_ANSWERS = """
select comparison_id from chat_turns
anti   join comparisons using (comparison_id)
"""

ASKED_BY_ANOTHER = """
select chat_turns.comparison_id from chat_turns
join   chats using (chat_id)
join   comparisons on comparisons.comparison_id = chat_turns.comparison_id
join   prompts using (prompt_id)
where  prompts.author is distinct from chats.annotator_id
"""

TESTS_WITHOUT_GOLD = """
select distinct test_id
from   (select test_id, unnest(comparison_ids) as comparison_id from qualification_tests)
anti   join golds using (comparison_id)
"""

ANSWERED_UNASKED = """
select answers.test_id from qualification_answers as answers
left   join qualification_tests as tests using (test_id)
where  tests.test_id is null or not list_contains(tests.comparison_ids, answers.comparison_id)
"""

RULES: Final = (
    Rule(name="people of roles", broken=APPOINTS_NOBODY, wrong="Roles given to somebody who is not there"),
    Rule(
        name="people of accounts",
        broken=ACCOUNTS_OF_NOBODY,
        wrong="Accounts of an organisation that belong to somebody who is not there",
    ),
    Rule(
        name="read guidelines are there",
        broken=READ_TOO_NEW,
        wrong="People who have read a version of a guideline that nobody wrote",
    ),
    Rule(name="chats of turns", broken=TURNS_OF_NOTHING, wrong="Turns of a chat that is not there"),
    Rule(
        name="comparisons of turns",
        broken=TURNS_WITHOUT_ANSWERS,
        wrong="Turns of a chat whose comparison is not there",
    ),
    Rule(
        name="turns are their annotator's",
        broken=ASKED_BY_ANOTHER,
        wrong="Turns of a chat whose prompt somebody else wrote",
    ),
    Rule(
        name="tests are of gold",
        broken=TESTS_WITHOUT_GOLD,
        wrong="Qualification tests with a comparison that has no known answer",
    ),
    Rule(
        name="answers of tests",
        broken=ANSWERED_UNASKED,
        wrong="Qualification tests with an answer to what they did not ask",
    ),
)
