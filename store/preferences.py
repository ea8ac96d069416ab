"""Which judgements teach a reward model, as chosen and rejected responses, one row a pair.

Left out are labels that were withdrawn, overruled, surplus or both-bad, comparisons that only measure
(evaluation, gold, swapped), and pairs whose chosen response is unsafe while the rejected one is safe (Llama
2, §3.2.1). A ranking gives every pair of different ranks. Held-out prompts stay in, marked: they measure
and never train. The order is total and no row says when it was made, so the same data is the same file.
"""

from __future__ import annotations

SELECT = """
with overruled as (
  select   label_id
  from     reviews
  group by label_id
  having   max_by(verdict, made_at) <> 'confirm'
),
standing as (
  select labels.label_id, labels.annotator_id, ranks, degree, safety,
         coalesce(annotators.name, labels.annotator_id) as annotator_name,
         comparison_id, response_ids, batch_id, batches.round, prompts.*
  from   labels
  join   comparisons using (comparison_id)
  join   prompts using (prompt_id)
  join   batches using (batch_id)
  left   join annotators on annotators.annotator_id = labels.annotator_id
  where  not surplus and not both_bad and purpose in ('train', 'overlap')
    and  label_id not in (select label_id from retractions)
    and  label_id not in (select label_id from overruled)
),
places as (
  select *, unnest(generate_series(1, len(ranks))) as place
  from   standing
),
couples as (
  select *, unnest(generate_series(place + 1, len(ranks))) as other
  from   places
),
pairs as (
  select *,
         if(ranks[place] < ranks[other], place, other) as better,
         if(ranks[place] < ranks[other], other, place) as worse
  from   couples
  where  ranks[place] <> ranks[other]
)
select comparison_id, batch_id, pairs.round, track, split, category, pairs.prompt_id, turns as prompt,
       [{'role': 'assistant', 'content': chosen.text}] as chosen,
       [{'role': 'assistant', 'content': rejected.text}] as rejected,
       chosen.response_id as chosen_id, rejected.response_id as rejected_id,
       chosen.policy_id as chosen_policy_id, rejected.policy_id as rejected_policy_id,
       degree, safety[better].safe as chosen_safe, safety[worse].safe as rejected_safe,
       annotator_id, label_id
from   pairs
join   responses as chosen on chosen.response_id = response_ids[better]
join   responses as rejected on rejected.response_id = response_ids[worse]
where  not coalesce(not safety[better].safe and safety[worse].safe, false)
order  by comparison_id, annotator_name, label_id, place, other
"""
