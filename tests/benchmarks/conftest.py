from tests.approvals.conftest import at_monday, review  # noqa: F401  (the same small Organization)
