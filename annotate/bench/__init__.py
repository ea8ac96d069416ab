"""The app under load: a real server on a fresh home, sessions that speak its protocol, a real browser."""
