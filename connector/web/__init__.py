"""The HTTP side of the daemon: webhooks in, health and numbers out."""
