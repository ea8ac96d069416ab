"""Components that the browser runs: the deck and the masthead. Their assets are plain ES modules."""
