"""What the tests stand on and the product does not: a PostgreSQL of their own, a browser, running servers."""

import pytest

# For tests that no database can change: they are done in the run on SQLite, and once is enough.
once = pytest.mark.once
