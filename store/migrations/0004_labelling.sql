-- What people need to work every day: roles that change, tokens for programs, guidelines that are read,
-- conversations, qualification tests, and how closely a judgement was made.

alter table sign_ins add column token_name varchar; -- null: a browser; else the access token of a program
alter table sign_ins add column device varchar default '';

alter table guidelines add column author varchar; -- null: said before this column was there
alter table guidelines add column changed varchar default '';
alter table guidelines add column requalify boolean default false; -- older qualifications do not count any more

-- No default: DuckDB 1.5 cannot give a list to rows that are there.
alter table labels add column seen_share double[]; -- by response; null: nobody measured it
alter table labels add column changes integer default 0;

-- What somebody may do from now on; the newest row counts, and before it what they were added with.
create table appointments (
  annotator_id varchar not null,
  role         varchar not null check (role in ('annotator', 'reviewer', 'engineer', 'administrator')),
  suspended    boolean not null,
  given_by     varchar not null,
  why          varchar not null,
  made_at      timestamp not null
);

-- Whose an account of an organisation is; the newest row of provider and subject counts, null: nobody's.
create table external_accounts (
  provider     varchar not null,
  subject      varchar not null,
  annotator_id varchar,
  made_at      timestamp not null
);

-- Who has read which words, and when.
create table guideline_reads (
  annotator_id varchar not null,
  track        varchar not null check (track in ('helpfulness', 'safety')),
  version      integer not null,
  made_at      timestamp not null,
  primary key (annotator_id, track, version)
);

-- A conversation of an annotator with blind policies; each of its turns is a comparison.
create table chats (
  chat_id      varchar primary key,
  annotator_id varchar not null,
  track        varchar not null check (track in ('helpfulness', 'safety')),
  made_at      timestamp not null
);

create table chat_turns (
  comparison_id varchar primary key,
  chat_id       varchar not null,
  turn          integer not null check (turn >= 1), -- again where other answers to the same message came
  made_at       timestamp not null
);

-- A test that an annotator takes before judging a track: gold comparisons, whose answers are no labels.
create table qualification_tests (
  test_id           varchar primary key,
  annotator_id      varchar not null,
  track             varchar not null check (track in ('helpfulness', 'safety')),
  guideline_version integer not null,
  comparison_ids    varchar[] not null,
  pass_mark         double not null check (pass_mark between 0 and 1),
  made_at           timestamp not null
);

create table qualification_answers (
  test_id       varchar not null,
  comparison_id varchar not null,
  shown_order   tinyint[] not null,
  ranks         tinyint[] not null,
  degree        tinyint not null check (degree between 0 and 3),
  both_bad      boolean not null,
  safety        struct(safe boolean, category varchar, severity tinyint)[] not null,
  seconds       double not null,
  passed        boolean not null,
  made_at       timestamp not null,
  primary key (test_id, comparison_id)
);
