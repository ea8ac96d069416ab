"""What should hold of every home, one rule a line: `store.doctor` looks whether it does."""
