"""Temporary homes for benchmarks, filled quickly: the database itself makes up the rows. Nothing of it is in
the audit; no home of people is ever filled like this.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from store.database import Store, open_store
from store.home import Home
from store.messages import Actor
from store.records import Annotator, Kind, Role

POLICY = """
insert into policies by name
select 'policy' as policy_id, 'policies/policy' as path, [] as parents, [] as reward_models,
       [] as snapshots, 0 as round, 'initial' as method, true as promoted, timestamp '2026-01-01' as made_at
"""

BATCH = """
insert into batches by name
select 'batch-000' as batch_id, 0 as round, timestamp '2026-01-01' as made_at
"""

PROMPTS = """
insert into prompts by name
select format('q{:07d}', number) as prompt_id,
       [{'role': 'user', 'content': 'question ' || number || repeat(' and so on', 10)}] as turns,
       'helpfulness' as track, 'train' as split, 'bench' as source, timestamp '2026-01-01' as made_at
from   range($count) as numbers(number)
"""

RESPONSES = """
insert into responses by name
select format('q{:07d}-r{}', number // 2, number % 2) as response_id,
       format('q{:07d}', number // 2) as prompt_id, 'policy' as policy_id,
       'answer ' || number || repeat(' and so on', 20) as text, 1.0 as temperature, 1.0 as top_p, 0 as seed,
       'stop' as finish_reason, 40 as token_count, timestamp '2026-01-01' as made_at
from   range(2 * $count) as numbers(number)
"""

COMPARISONS = """
insert into comparisons by name
select format('c{:07d}', number) as comparison_id, format('q{:07d}', number) as prompt_id,
       [format('q{:07d}-r0', number), format('q{:07d}-r1', number)] as response_ids, 'batch-000' as batch_id,
       'train' as purpose, number % 5 as priority, $overlap::integer as overlap,
       timestamp '2026-01-01' as made_at
from   range($count) as numbers(number)
"""

# Of every two comparisons the first response is better in one, and 85 of 100 labels say what is so.
LABELS = """
insert into labels by name
select format('l{:07d}', number) as label_id, format('c{:07d}', number % $comparisons) as comparison_id,
       format('earlier-{}', (number + number // $comparisons) % 100) as annotator_id,
       if((number % $comparisons % 2 = 0) = (hash(number) % 100 < 85), [1, 2], [2, 1]) as ranks,
       1 + number % 3 as degree, [0, 1] as shown_order, false as both_bad, [] as safety, [] as reasons,
       '' as comment, 20.0 as seconds, 1 as guideline_version, false as surplus,
       timestamp '2026-01-01' + number * interval 1 second as made_at
from   range($count) as numbers(number)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """How many comparisons there are, from how many annotators each wants a label, and how many labels there
    are; with more labels than comparisons the first of these have a second one, by somebody else."""

    comparisons: int
    overlap: int = 1
    labels: int = 0


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder among the temporary files (TMPDIR says where) that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="hone-bench-") as folder:
        yield Path(folder)


def made(root: Path, collection: Collection) -> Home:
    """A new home there with the collection in it."""
    home = Home(root)
    with open_store(home) as store:
        fill(store, collection)
    return home


def fill(store: Store, collection: Collection) -> None:
    """Writes the collection into an empty home. Its queue knows of it when it is opened the next time."""
    count = {"count": collection.comparisons}
    with store.reading() as db:
        for statement in (POLICY, BATCH):
            db.execute(statement)
        for statement in (PROMPTS, RESPONSES):
            db.execute(statement, count)
        db.execute(COMPARISONS, {**count, "overlap": collection.overlap})
        db.execute(LABELS, {"count": collection.labels, "comparisons": collection.comparisons})
        db.execute("checkpoint")


def enlist(store: Store, count: int) -> list[Actor]:
    """Simulated annotators `bench-0`, `bench-1`, … who may judge."""
    names = [f"bench-{number}" for number in range(count)]
    store.append(
        "bench",
        *(
            Annotator(annotator_id=name, name=name, role=Role.ANNOTATOR, kind=Kind.SIMULATED)
            for name in names
        ),
    )
    return [Actor(annotator_id=name, name=name, role=Role.ANNOTATOR) for name in names]
