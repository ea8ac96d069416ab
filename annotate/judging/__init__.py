"""What every surface of judgement shares: what it is shown, what it answers, and what is kept of it."""
