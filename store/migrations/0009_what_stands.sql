-- Whoever voids what a person gave withdraws the demonstrations too, and what counts of a label once reviewers have
-- ruled on it is said in one place.

create table demonstration_retractions (
  demonstration_id varchar primary key,
  annotator_id     varchar not null,
  reason           varchar not null,
  made_at          timestamp not null
);

-- A row a label: what it says as it stands now, or, where a reviewer overturned it and judged the comparison in its
-- place, what the reviewer says, by whom. That stands whatever becomes of the label, and counts once: of the labels
-- of a comparison that one reviewer overturned, only the one overturned last has the reviewer's judgement; the
-- others are overturned.
create view standing_judgements as
with last_edit as (
  select label_id, max(made_at) as edited_at
  from   edits
  group  by label_id
),
last_review as (
  select label_id, max(made_at) as reviewed_at,
         arg_max(struct_pack(review_id := review_id, reviewer_id := reviewer_id, verdict := verdict), made_at)
           as newest
  from   reviews
  group  by label_id
),
anew as (
  select label_id, newest.review_id, newest.reviewer_id,
         adjudications.* exclude (review_id, made_at),
         row_number() over (partition by comparison_id, newest.reviewer_id order by reviewed_at desc, label_id) = 1
           as counts
  from   last_review
  join   labels using (label_id)
  join   adjudications on adjudications.review_id = newest.review_id
  where  newest.verdict = 'overturn'
)
select label_id, comparison_id, anew.review_id,
       if(anew.review_id is null, annotator_id, anew.reviewer_id) as annotator_id,
       if(anew.review_id is null, current_labels.ranks, anew.ranks) as ranks,
       if(anew.review_id is null, current_labels.degree, anew.degree) as degree,
       if(anew.review_id is null, current_labels.both_bad, anew.both_bad) as both_bad,
       if(anew.review_id is null, current_labels.safety, anew.safety) as safety,
       if(anew.review_id is null, current_labels.reasons, anew.reasons) as reasons,
       if(anew.review_id is null, shown_order, []) as shown_order,
       if(anew.review_id is null, edits, 0) as edits,
       anew.review_id is null and retracted as retracted,
       if(anew.review_id is null, verdict, if(anew.counts, 'confirm', 'overturn')) as verdict,
       anew.review_id is null and coalesce(edited_at > reviewed_at, false) as said_since,
       surplus, current_labels.made_at
from   current_labels
left   join last_edit using (label_id)
left   join last_review using (label_id)
left   join anew using (label_id);

-- The risks of a comparison, each once: of its prompt, and of whatever anybody found unsafe in its responses, also in
-- labels that stand no more.
create view comparison_risks as
with marks as (
  select comparison_id, unnest(safety) as mark
  from   current_labels
  union  all
  select comparison_id, unnest(adjudications.safety) as mark
  from   adjudications
  join   reviews using (review_id)
  join   labels using (label_id)
)
select comparison_id, category as risk
from   comparisons
join   prompts using (prompt_id)
where  category <> ''
union
select comparison_id, coalesce(nullif(mark.category, ''), 'unnamed') as risk
from   marks
where  not mark.safe;
