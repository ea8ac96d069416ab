"""Text of models and people as it may be shown: without a script, a request, or the name of who wrote it."""
