"""What should hold of every home, one rule a line: `store.keeping.doctor` looks whether it does."""
