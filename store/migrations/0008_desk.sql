-- The safety desk: a label may be sent back to its annotator, a verdict says what caused the error and how the
-- label was found, a reviewer's own judgement teaches in place of the one that was overturned, and what
-- reviewers were exposed to is counted.

create table verdicts as from reviews;
drop table reviews;
create table reviews (
  review_id   varchar primary key,
  label_id    varchar not null,
  reviewer_id varchar not null,
  verdict     varchar not null check (verdict in ('confirm', 'overturn', 'exclude', 'send back')),
  why         varchar not null,
  cause       varchar check (cause in ('human error', 'guideline gap', 'reward-model blind spot')),
  found_by    varchar not null,
  made_at     timestamp not null
);
insert into reviews by name
select review_id, label_id, reviewer_id, verdict, why, null as cause, '' as found_by, made_at from verdicts;
drop table verdicts;

-- As before, but what was sent back and said anew has no verdict.
create or replace view current_labels as
with newest_edit as (
  select label_id, max(version) as version, arg_max(edits, version) as said, max(made_at) as edited_at
  from   edits
  group  by label_id
),
newest_verdict as (
  select label_id, arg_max(verdict, made_at) as verdict, max(made_at) as reviewed_at
  from   reviews
  group  by label_id
)
select labels.label_id, labels.comparison_id, labels.annotator_id,
       if(version is null, labels.ranks, said.ranks) as ranks,
       if(version is null, labels.degree, said.degree) as degree,
       labels.shown_order,
       if(version is null, labels.both_bad, said.both_bad) as both_bad,
       if(version is null, labels.safety, said.safety) as safety,
       if(version is null, labels.reasons, said.reasons) as reasons,
       if(version is null, labels.comment, said.comment) as comment,
       if(version is null, labels.seconds, said.seconds) as seconds,
       labels.guideline_version, labels.surplus, labels.made_at,
       coalesce(version, 0) as edits,
       retractions.label_id is not null as retracted,
       if(verdict = 'send back' and coalesce(edited_at > reviewed_at, false), null, verdict) as verdict
from   labels
left   join newest_edit using (label_id)
left   join newest_verdict using (label_id)
left   join retractions using (label_id);

-- A reviewer's own judgement of an overturned label's comparison, by the review that it belongs to.
create table adjudications (
  review_id  varchar primary key,
  ranks      tinyint[] not null,
  degree     tinyint not null check (degree between 0 and 3),
  both_bad   boolean not null,
  safety     struct(safe boolean, category varchar, severity tinyint)[] not null,
  reasons    varchar[] not null,
  made_at    timestamp not null
);

-- A reviewer looked at a text that was hidden because it may be harmful.
create table exposures (
  reviewer_id   varchar not null,
  comparison_id varchar not null,
  made_at       timestamp not null
);

-- Whether a reviewer is spared a category of risk; the newest word on each counts.
create table opt_outs (
  reviewer_id varchar not null,
  category    varchar not null,
  spared      boolean not null,
  made_at     timestamp not null
);
