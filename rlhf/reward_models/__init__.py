"""Reward models: labels of a frozen snapshot in, models that score responses out, and how far to trust them.

`preferences` reads, `mixing` divides and mixes, `weighting` weighs unreliable labels, `elements` makes token
ids, `fitting` trains one member with `trainer` on the `objective`, `ensemble` keeps the members, `stage` runs
it all. Nothing here knows rounds, policies' training or the store's tables.
"""
