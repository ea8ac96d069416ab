-- Facts: appended, never changed. At most one primary key a table, no further index, no foreign key.

create table annotators (
  annotator_id varchar primary key,
  name         varchar not null,
  role         varchar not null check (role in ('annotator', 'reviewer', 'engineer', 'administrator')),
  kind         varchar not null check (kind in ('person', 'model', 'simulated', 'imported')),
  locale       varchar not null,
  made_at      timestamp not null
);

create table credentials (
  annotator_id  varchar not null,
  password_hash varchar not null,
  made_at       timestamp not null
);

create table sign_ins (
  token_hash   varchar primary key,
  annotator_id varchar not null,
  expires_at   timestamp not null,
  made_at      timestamp not null
);

create table sign_outs (
  token_hash varchar not null,
  made_at    timestamp not null
);

create table guidelines (
  track   varchar not null check (track in ('helpfulness', 'safety')),
  version integer not null check (version >= 1),
  text    varchar not null,
  made_at timestamp not null,
  primary key (track, version)
);

create table prompts (
  prompt_id     varchar primary key,
  turns         struct(role varchar, content varchar)[] not null,
  track         varchar not null check (track in ('helpfulness', 'safety')),
  split         varchar not null check (split in ('train', 'heldout')),
  category      varchar,
  attack_vector varchar,
  author        varchar,
  source        varchar not null,
  made_at       timestamp not null
);

create table policies (
  policy_id     varchar primary key,
  path          varchar not null,
  parents       varchar[] not null,
  reward_models varchar[] not null,
  snapshots     varchar[] not null,
  round         integer not null,
  method        varchar not null,
  promoted      boolean not null,
  made_at       timestamp not null
);

create table responses (
  response_id   varchar primary key,
  prompt_id     varchar not null,
  policy_id     varchar not null,
  text          varchar not null,
  temperature   double not null,
  top_p         double not null,
  seed          bigint not null,
  finish_reason varchar not null,
  token_count   integer not null,
  logprob       double,
  made_at       timestamp not null
);

create table batches (
  batch_id varchar primary key,
  round    integer not null,
  made_at  timestamp not null
);

create table comparisons (
  comparison_id varchar primary key,
  prompt_id     varchar not null,
  response_ids  varchar[] not null check (len(response_ids) >= 2),
  batch_id      varchar not null,
  purpose       varchar not null check (purpose in ('train', 'overlap', 'gold', 'swapped', 'evaluation')),
  priority      integer not null,
  overlap       integer not null check (overlap >= 1),
  made_at       timestamp not null
);

-- A renewed lease is a further row; the latest expiry counts.
create table leases (
  lease_id      varchar not null,
  comparison_id varchar not null,
  annotator_id  varchar not null,
  shown_order   tinyint[] not null,
  expires_at    timestamp not null,
  made_at       timestamp not null
);

create table labels (
  label_id          varchar primary key,
  comparison_id     varchar not null,
  annotator_id      varchar not null,
  ranks             tinyint[] not null,
  degree            tinyint not null check (degree between 0 and 3),
  shown_order       tinyint[] not null,
  both_bad          boolean not null,
  safety            struct(safe boolean, category varchar, severity tinyint)[] not null,
  reasons           varchar[] not null,
  comment           varchar not null,
  seconds           double not null,
  guideline_version integer not null,
  surplus           boolean not null,
  made_at           timestamp not null
);

create table skips (
  lease_id      varchar primary key,
  comparison_id varchar not null,
  annotator_id  varchar not null,
  reason        varchar not null,
  flagged       boolean not null,
  made_at       timestamp not null
);

create table retractions (
  label_id     varchar primary key,
  annotator_id varchar not null,
  reason       varchar not null,
  made_at      timestamp not null
);

create table reviews (
  review_id   varchar primary key,
  label_id    varchar not null,
  reviewer_id varchar not null,
  verdict     varchar not null check (verdict in ('confirm', 'overturn', 'exclude')),
  why         varchar not null,
  made_at     timestamp not null
);

create table demonstrations (
  demonstration_id varchar primary key,
  prompt_id        varchar not null,
  text             varchar not null,
  author           varchar not null,
  source           varchar not null,
  quality          double check (quality between 0 and 1),
  made_at          timestamp not null
);

create table snapshots (
  snapshot_id varchar primary key,
  contents    varchar not null check (contents in ('preferences', 'prompts')),
  path        varchar not null,
  row_count   bigint not null,
  query       varchar not null,
  audit_seq   bigint not null,
  audit_head  varchar not null,
  signed_by   varchar,
  made_at     timestamp not null
);

create table reward_models (
  reward_model_id varchar primary key,
  track           varchar not null check (track in ('helpfulness', 'safety')),
  snapshot_id     varchar not null,
  policy_id       varchar not null,
  path            varchar not null,
  round           integer not null,
  accuracy        double not null,
  accuracy_low    double not null,
  accuracy_high   double not null,
  held_out_pairs  integer not null,
  made_at         timestamp not null
);

-- No key: scores come in bulk, each bundle once.
create table scores (
  response_id     varchar not null,
  reward_model_id varchar not null,
  score           double not null
);

create table rounds (
  round     integer primary key,
  method    varchar not null,
  policy_id varchar not null,
  promoted  boolean not null,
  settings  varchar not null,
  results   varchar not null,
  made_at   timestamp not null
);

create table evaluations (
  evaluation_id varchar primary key,
  round         integer not null,
  policy_id     varchar not null,
  opponent_id   varchar not null,
  judge         varchar not null,
  wins          integer not null,
  ties          integer not null,
  losses        integer not null,
  win_rate      double not null,
  win_rate_low  double not null,
  win_rate_high double not null,
  made_at       timestamp not null
);

-- What was taken in from the inbox; the id is the sha256 of the bundle's contents.
create table bundles (
  bundle_id varchar primary key,
  name      varchar not null,
  row_count bigint not null,
  made_at   timestamp not null
);

-- hash = sha256(previous hash + body); the first row's previous hash is 64 zeros.
create table audit (
  seq  bigint primary key,
  body varchar not null,
  hash varchar not null
);
