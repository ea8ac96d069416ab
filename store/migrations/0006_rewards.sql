-- How good a reward model is, and what its members that never saw a label say of it.

create table reward_evaluations (
  reward_model_id varchar primary key,
  results         varchar not null,
  made_at         timestamp not null
);

-- No key: they come in bulk, each bundle once.
create table label_scores (
  label_id        varchar not null,
  reward_model_id varchar not null,
  chosen_id       varchar not null,
  rejected_id     varchar not null,
  gap             double not null
);
