"""What models, trainers and policies are measured by, each beside a peer in the same run.

A benchmark is a module with a `run` that takes `store.bench.Settings` and gives a frozen result; the store
names it and imports none of it. Everything is written to temporary files and is gone afterwards.
"""
