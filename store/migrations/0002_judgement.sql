-- What makes judgements traceable: languages, gold answers, edits, swapped repeats, qualifications, and
-- reviewers' signatures. `meta` is what the source of an imported row said besides, as JSON text; null: nothing.

alter table annotators add column languages varchar[] default ['en'];
alter table prompts add column language varchar default 'en';
alter table prompts add column meta varchar;
alter table responses add column meta varchar;
alter table comparisons add column repeats varchar; -- the comparison that a swapped repeat asks once more
alter table comparisons add column meta varchar;
alter table labels add column meta varchar;
alter table demonstrations add column meta varchar;
alter table snapshots add column parameters varchar default '{}';
alter table snapshots add column counts varchar default '{}';
alter table snapshots add column left_out varchar default '{}';

-- The known answer of a comparison with the purpose gold.
create table golds (
  comparison_id varchar primary key,
  ranks         tinyint[] not null,
  safety        struct(safe boolean, category varchar, severity tinyint)[] not null,
  why           varchar not null,
  annotator_id  varchar not null,
  made_at       timestamp not null
);

-- A label said anew by its annotator; version 1 is the first edit, the newest counts.
create table edits (
  label_id  varchar not null,
  version   integer not null check (version >= 1),
  ranks     tinyint[] not null,
  degree    tinyint not null check (degree between 0 and 3),
  both_bad  boolean not null,
  safety    struct(safe boolean, category varchar, severity tinyint)[] not null,
  reasons   varchar[] not null,
  comment   varchar not null,
  seconds   double not null,
  made_at   timestamp not null,
  primary key (label_id, version)
);

-- Who may judge a track; the newest row of an annotator and track counts.
create table qualifications (
  annotator_id      varchar not null,
  track             varchar not null check (track in ('helpfulness', 'safety')),
  guideline_version integer not null,
  passed            boolean not null,
  why               varchar not null,
  given_by          varchar not null,
  made_at           timestamp not null
);

-- A named reviewer lets a snapshot train; `seen` is what the reviewer was shown, as JSON text.
create table signatures (
  snapshot_id varchar not null,
  reviewer_id varchar not null,
  seen        varchar not null,
  note        varchar not null,
  made_at     timestamp not null,
  primary key (snapshot_id, reviewer_id)
);

-- Every label as it stands now: its newest edit, whether it was withdrawn, and the newest verdict on it.
create view current_labels as
with newest_edit as (
  select label_id, max(version) as version, arg_max(edits, version) as said
  from   edits
  group  by label_id
),
newest_verdict as (
  select label_id, arg_max(verdict, made_at) as verdict
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
       verdict
from   labels
left   join newest_edit using (label_id)
left   join newest_verdict using (label_id)
left   join retractions using (label_id);
