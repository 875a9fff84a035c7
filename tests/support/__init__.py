"""What the tests stand on and the product does not: a PostgreSQL of their own, a browser, running servers."""
