"""What should hold of judgements: whose they are, of what, how many, and that they fit what was asked."""

from __future__ import annotations

from typing import Final

from store.keeping.invariants.rules import Rule

OF_NOTHING = """
select label_id from labels
anti   join comparisons using (comparison_id)
"""

BY_NOBODY = """
select label_id from labels
anti   join annotators using (annotator_id)
"""

# What an import names as one annotator may stand for many people, and a source that says a thing twice is
# kept as it is.
TWICE = """
select   comparison_id || ' by ' || annotator_id
from     current_labels
anti     join (select annotator_id from annotators where kind = 'imported') using (annotator_id)
where    not retracted
group by comparison_id, annotator_id
having   count(*) > 1
"""

TOO_MANY = """
select   comparison_id
from     current_labels
join     comparisons using (comparison_id)
anti     join (select annotator_id from annotators where kind = 'imported') using (annotator_id)
where    not retracted and not surplus and purpose <> 'gold'
group by comparison_id
having   count(*) > any_value(overlap)
"""

NOT_SURPLUS = """
select label_id from labels
join   comparisons using (comparison_id)
where  surplus and (
  purpose = 'gold' or overlap > (
    select count(*) from labels as counted
    where  counted.comparison_id = labels.comparison_id and not counted.surplus))
"""

LENGTHS = """
select label_id from labels
join   comparisons using (comparison_id)
where  len(ranks) <> len(response_ids) or len(safety) not in (0, len(response_ids))
   or  list_min(ranks) < 1 or list_max(ranks) > len(response_ids)
"""

# Of what was imported nobody may know the order.
ORDERS = """
select label_id from labels
join   comparisons using (comparison_id)
left   join annotators using (annotator_id)
where  list_sort(shown_order)::integer[] <> range(len(response_ids))::integer[]
  and  not (len(shown_order) = 0 and coalesce(kind = 'imported', false))
"""

LEASED_ORDERS = """
select distinct lease_id from leases
join   comparisons using (comparison_id)
where  list_sort(shown_order)::integer[] <> range(len(response_ids))::integer[]
"""

EDITS_OF_NOTHING = """
select distinct label_id from edits
anti   join labels using (label_id)
"""

EDIT_LENGTHS = """
select distinct label_id from edits
join   labels using (label_id)
where  len(edits.ranks) <> len(labels.ranks) or len(edits.safety) not in (0, len(labels.ranks))
"""

VERSIONS = """
select   label_id from edits
group by label_id
having   max(version) <> count(*)
"""

# What was said in another home comes in by the hand of hone (hone import events).
OTHERS_EDITS = """
with told as (
  select try(json_extract_string(body, '$.fact.label_id')) as label_id,
         try(json_extract_string(body, '$.actor')) as actor
  from   audit
  where  contains(body, '"kind":"Edit"') and try(json_extract_string(body, '$.kind')) = 'Edit'
)
select distinct label_id from told
join   labels using (label_id)
where  actor not in (annotator_id, 'hone')
"""

SKIPS_OF_NOTHING = """
select lease_id from skips
anti   join comparisons using (comparison_id)
"""

LEASES_OF_NOTHING = """
select distinct lease_id from leases
anti   join comparisons using (comparison_id)
"""

RETRACTIONS_OF_NOTHING = """
select label_id from retractions
anti   join labels using (label_id)
"""

REVIEWS_OF_NOTHING = """
select review_id from reviews
anti   join labels using (label_id)
where  label_id not in (select lease_id from skips where flagged)
"""

ADJUDICATIONS_OF_NOTHING = """
select review_id from adjudications
anti   join (from reviews where verdict = 'overturn') using (review_id)
"""

RULES: Final = (
    Rule(name="comparisons of labels", broken=OF_NOTHING, wrong="Labels of comparisons that are not there"),
    Rule(name="annotators of labels", broken=BY_NOBODY, wrong="Labels by annotators who are not there"),
    Rule(
        name="one label each",
        broken=TWICE,
        wrong="Comparisons with two standing labels of one annotator",
        mend="exclude all but one by a review, or they count twice",
    ),
    Rule(
        name="no more than wanted",
        broken=TOO_MANY,
        wrong="Comparisons with more standing labels than were wanted, not marked surplus",
        mend="exclude the late ones by a review, or these prompts weigh too much",
    ),
    Rule(
        name="surplus is surplus",
        broken=NOT_SURPLUS,
        wrong="Labels marked surplus whose comparison never had all it wanted",
        mend="they do not train; the comparison is asked again",
    ),
    Rule(
        name="labels fit", broken=LENGTHS, wrong="Labels with other than one rank and one safety a response"
    ),
    Rule(name="shown orders fit", broken=ORDERS, wrong="Labels that do not say how each response was shown"),
    Rule(
        name="leased orders fit",
        broken=LEASED_ORDERS,
        wrong="Leases that do not say how each response is shown",
    ),
    Rule(name="labels of edits", broken=EDITS_OF_NOTHING, wrong="Edits of labels that are not there"),
    Rule(
        name="edits fit",
        broken=EDIT_LENGTHS,
        wrong="Labels edited to other than one rank and one safety each",
    ),
    Rule(name="edits are numbered", broken=VERSIONS, wrong="Labels with an edit missing between others"),
    Rule(
        name="edits are one's own",
        broken=OTHERS_EDITS,
        wrong="Labels that somebody other than their annotator edited",
        mend="exclude them by a review",
    ),
    Rule(
        name="comparisons of skips", broken=SKIPS_OF_NOTHING, wrong="Skips of comparisons that are not there"
    ),
    Rule(
        name="comparisons of leases",
        broken=LEASES_OF_NOTHING,
        wrong="Leases of comparisons that are not there",
    ),
    Rule(
        name="labels of retractions",
        broken=RETRACTIONS_OF_NOTHING,
        wrong="Retractions of labels that are not there",
    ),
    Rule(name="labels of reviews", broken=REVIEWS_OF_NOTHING, wrong="Reviews of labels that are not there"),
    Rule(
        name="reviews of adjudications",
        broken=ADJUDICATIONS_OF_NOTHING,
        wrong="Adjudications of reviews that are not there or overturn nothing",
    ),
)
