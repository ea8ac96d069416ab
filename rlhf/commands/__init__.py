"""The subcommands of `hone`, by what they are about. None imports anything heavy before it runs."""
