"""Who judges what next, decided in memory: it imports no verb and writes nothing."""
