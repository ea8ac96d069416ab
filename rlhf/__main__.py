"""`python -m rlhf` is the `hone` command."""

from rlhf.cli import main

main()
