-- People as they stand, what they say of themselves, and whose labels a reviewer has been shown.

-- How the app speaks to somebody, and what they are asked in; the newest row counts.
create table profiles (
  annotator_id varchar not null,
  locale       varchar not null,
  languages    varchar[] not null,
  made_at      timestamp not null
);

-- A reviewer was shown what others said of a comparison, and is asked it no more.
create table sightings (
  annotator_id  varchar not null,
  comparison_id varchar not null,
  made_at       timestamp not null,
  primary key (annotator_id, comparison_id)
);

create view current_annotators as
select annotators.annotator_id, name, coalesce(appointed.role, annotators.role) as role, kind,
       coalesce(said.locale, annotators.locale) as locale,
       coalesce(said.languages, annotators.languages) as languages, made_at,
       coalesce(appointed.suspended, false) as suspended
from   annotators
left   join (
  select annotator_id, arg_max(role, made_at) as role, arg_max(suspended, made_at) as suspended
  from   appointments
  group  by annotator_id
) as appointed on appointed.annotator_id = annotators.annotator_id
left   join (
  select annotator_id, arg_max(locale, made_at) as locale, arg_max(languages, made_at) as languages
  from   profiles
  group  by annotator_id
) as said on said.annotator_id = annotators.annotator_id;
