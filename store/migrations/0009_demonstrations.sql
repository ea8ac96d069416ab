-- Whoever voids what a person gave withdraws the demonstrations too.

create table demonstration_retractions (
  demonstration_id varchar primary key,
  annotator_id     varchar not null,
  reason           varchar not null,
  made_at          timestamp not null
);
