"""What keeps a home safe: backup, restore, repair, and the doctor with all that should hold."""
