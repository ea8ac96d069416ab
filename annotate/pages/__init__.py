"""One file a page: a function of what it needs, which draws, asks, and calls verbs of the store."""
