"""What should hold of what is asked: prompts, responses, comparisons, gold answers and swapped repeats."""

from __future__ import annotations

from typing import Final

from store.keeping.invariants.rules import Rule

WITHOUT_PROMPT = """
select comparison_id from comparisons
anti   join prompts using (prompt_id)
"""

WITHOUT_BATCH = """
select comparison_id from comparisons
anti   join batches using (batch_id)
"""

WITHOUT_RESPONSE = """
select distinct comparison_id
from   (select comparison_id, unnest(response_ids) as response_id from comparisons)
anti   join responses using (response_id)
"""

OF_ANOTHER_PROMPT = """
select distinct comparison_id
from   (select comparison_id, prompt_id as asked, unnest(response_ids) as response_id from comparisons)
join   responses using (response_id)
where  responses.prompt_id <> asked
"""

ANSWERS_NOTHING = """
select response_id from responses
anti   join prompts using (prompt_id)
"""

OF_NOBODY = """
select response_id from responses
anti   join policies using (policy_id)
"""

SELECTED_NOTHING = """
select comparison_id from selections
anti   join comparisons using (comparison_id)
"""

GOLD_WITHOUT_ANSWER = """
select comparison_id from comparisons
anti   join golds using (comparison_id)
where  purpose = 'gold'
"""

ANSWER_OF_NOTHING = """
select comparison_id from golds
anti   join (select comparison_id from comparisons where purpose = 'gold') using (comparison_id)
"""

GOLD_LENGTHS = """
select comparison_id from golds
join   comparisons using (comparison_id)
where  len(ranks) <> len(response_ids) or len(safety) not in (0, len(response_ids))
"""

# A label that was made gold may be withdrawn or overruled later.
GOLD_OF_NOTHING = """
select golds.comparison_id from golds
join   current_labels on current_labels.label_id = golds.label_id
anti   join gold_ends on gold_ends.comparison_id = golds.comparison_id
where  retracted or coalesce(verdict, 'confirm') <> 'confirm'
"""

ENDS_OF_NOTHING = """
select comparison_id from gold_ends
anti   join golds using (comparison_id)
"""

REPEATS_NOTHING = """
select comparison_id from comparisons
where  purpose = 'swapped'
  and  (repeats is null or repeats not in (select comparison_id from comparisons))
"""

REPEATS_ANOTHERS = """
select distinct asked.comparison_id from comparisons as asked
join   labels on labels.comparison_id = asked.comparison_id
anti   join labels as original
  on   original.comparison_id = asked.repeats and original.annotator_id = labels.annotator_id
where  purpose = 'swapped' and repeats in (select comparison_id from comparisons)
"""

DEMONSTRATES_NOTHING = """
select demonstration_id from demonstrations
anti   join prompts using (prompt_id)
"""

WITHDRAWS_NOTHING = """
select demonstration_id from demonstration_retractions
anti   join demonstrations using (demonstration_id)
"""

RULES: Final = (
    Rule(name="prompts of comparisons", broken=WITHOUT_PROMPT, wrong="Comparisons whose prompt is not there"),
    Rule(name="batches of comparisons", broken=WITHOUT_BATCH, wrong="Comparisons whose batch is not there"),
    Rule(
        name="responses of comparisons",
        broken=WITHOUT_RESPONSE,
        wrong="Comparisons with a response that is not there",
    ),
    Rule(
        name="comparisons of selections",
        broken=SELECTED_NOTHING,
        wrong="Reasons for comparisons that are not there",
    ),
    Rule(
        name="responses answer the prompt",
        broken=OF_ANOTHER_PROMPT,
        wrong="Comparisons with a response to another prompt",
    ),
    Rule(name="prompts of responses", broken=ANSWERS_NOTHING, wrong="Responses whose prompt is not there"),
    Rule(name="policies of responses", broken=OF_NOBODY, wrong="Responses whose policy is not there"),
    Rule(
        name="gold has an answer",
        broken=GOLD_WITHOUT_ANSWER,
        wrong="Gold comparisons without a known answer",
        mend="give each its answer, or nobody can be measured by them",
    ),
    Rule(
        name="answers have gold",
        broken=ANSWER_OF_NOTHING,
        wrong="Known answers of comparisons that are not gold",
    ),
    Rule(
        name="gold answers fit",
        broken=GOLD_LENGTHS,
        wrong="Gold answers with other than one rank and one safety a response",
    ),
    Rule(
        name="gold answers stand",
        broken=GOLD_OF_NOTHING,
        wrong="Gold answers that still measure, made of labels that do not stand",
        mend="hone gold --withdraw ID --why W ends each",
    ),
    Rule(
        name="answers of withdrawals",
        broken=ENDS_OF_NOTHING,
        wrong="Withdrawals of known answers that are not there",
    ),
    Rule(
        name="repeats point somewhere",
        broken=REPEATS_NOTHING,
        wrong="Swapped repeats of a comparison that is not there",
    ),
    Rule(
        name="repeats are one's own",
        broken=REPEATS_ANOTHERS,
        wrong="Swapped repeats judged by somebody who never judged the comparison that they repeat",
    ),
    Rule(
        name="prompts of demonstrations",
        broken=DEMONSTRATES_NOTHING,
        wrong="Demonstrations whose prompt is not there",
    ),
    Rule(
        name="demonstrations of retractions",
        broken=WITHDRAWS_NOTHING,
        wrong="Retractions of demonstrations that are not there",
    ),
)
