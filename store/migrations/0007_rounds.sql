-- What rounds are told by: who let a policy answer people whatever the gates said, how policies fared
-- prompt by prompt and on tasks of lm-eval, why a comparison was asked, and who looked at the labels before
-- a round learned from them.

create table promotions (
  policy_id varchar not null,
  promoted  boolean not null,
  given_by  varchar not null,
  why       varchar not null,
  made_at   timestamp not null
);

-- Policies as they stand: the newest word on one counts, before any what its round decided.
create view current_policies as
select policies.policy_id, path, parents, reward_models, snapshots, round, method,
       coalesce(said.promoted, policies.promoted) as promoted, made_at
from   policies
left   join (
  select policy_id, arg_max(promoted, made_at) as promoted
  from   promotions
  group  by policy_id
) as said on said.policy_id = policies.policy_id;

-- No key: they come in bulk, each bundle once.
create table games (
  evaluation_id varchar not null,
  prompt_id     varchar not null,
  points        double not null
);

-- Who let a round learn from what the home held then; `seen` is what they were shown, as JSON text.
create table round_signatures (
  round     integer not null check (round >= 1),
  signed_by varchar not null,
  seen      varchar not null,
  note      varchar not null,
  made_at   timestamp not null
);

create table selections (
  comparison_id varchar primary key,
  arm           varchar not null,
  value         double,
  difficulty    double,
  made_at       timestamp not null
);

-- No key: a task may be run again. `samples` counts the documents, `few_shots` the examples before each.
create table task_results (
  policy_id      varchar not null,
  task           varchar not null,
  version        varchar not null,
  metric         varchar not null,
  value          double not null,
  standard_error double,
  samples        integer not null check (samples >= 1),
  few_shots      integer not null check (few_shots >= 0),
  chat_template  boolean not null,
  harness        varchar not null,
  made_at        timestamp not null
);
