"""The shared memory of a home: what was asked, answered, judged and trained.

Rows are facts. A table is only ever appended to; a correction (a retraction, a renewal, a verdict) is a
further row, and what holds now is a query over all of them. `store.records` has a frozen dataclass for each
table and `store.tables` says which goes where. Every fact is covered by a row of the hash-chained audit
that commits with it.

One process owns a home. It takes a lock on `hone.lock` before it opens the database and lets it go after it
has closed it (`store.database`). The web application is that process while it runs; a `hone` command is,
where nothing else runs; otherwise the command asks the owner over HTTP. `store.door` hides the difference.

One thread writes (`store.writer`). Whatever was queued while the last transaction went to the disk becomes
the next transaction, so a hundred annotators cost hardly more than one; nobody is told "saved" before
COMMIT.

What an annotator gets next is decided in memory (`store.queueing`), in the time of a dictionary look-up, and
is rebuilt from the facts when the home is opened. A lease's id becomes its label's id: sent twice, it is
one label.

Large things do not pass through the database. Training data leaves as immutable Parquet named by its sha256
(`store.freezing`); results come back as bundles, renamed into the inbox whole and taken in once
(`store.inbox`).

The verbs (`store.verbs`) are what people and programs may ask, each checking the actor's role. Below them
one file a noun holds its SQL as constants above typed functions: that is the only SQL in the project.

    with open_store(Home(Path("home"))) as store:
        assignment = next_comparison(store, actor, NextComparison())

The store knows neither how a page looks nor what a tensor is: it imports neither streamlit nor torch.
"""
