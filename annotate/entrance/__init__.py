"""Who gets in, and in which language: the gate, its headers, and the ways to sign in."""
