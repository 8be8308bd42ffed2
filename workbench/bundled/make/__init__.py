"""The scripts that made the bundled base model and data sets; each is seeded and can be run again."""
