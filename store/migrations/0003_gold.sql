-- Which label a gold answer was made of, and which gold answers are not asked any more.

alter table golds add column label_id varchar; -- null: what was imported, or said before this column was there

-- A withdrawn answer: its comparison stays, with what was judged of it, and is asked of nobody.
create table gold_ends (
  comparison_id varchar primary key,
  annotator_id  varchar not null,
  why           varchar not null,
  made_at       timestamp not null
);
