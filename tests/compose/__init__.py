"""`docker-compose.yml` really started, the main journey against it, and its broker frozen, flushed and killed.

    python -m tests.compose [--stand-ins] [--keep]

Not collected by pytest, and not part of CI, which has no Docker (docs/operations/production.md, "Trying it").
"""
