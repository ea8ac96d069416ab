"""Two models answer a message at once: who they are, what they are asked, and how it streams."""
