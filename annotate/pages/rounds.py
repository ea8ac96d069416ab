"""Watch and start rounds: the engineer's page."""
def render(store, actor): pass
