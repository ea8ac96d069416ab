"""Public formats, one a file: each is read as it is published and goes in through the inbox."""
