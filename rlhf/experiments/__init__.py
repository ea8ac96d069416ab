"""Experiments as data: a TOML file names variants of the settings; rounds over seeds say which is better."""
