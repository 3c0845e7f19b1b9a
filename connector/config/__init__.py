"""What the admin decided: from TOML and environment to a `Config`, or to every problem with its place."""
