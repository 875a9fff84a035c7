"""What it costs: measurements that each print a table. `python -m bench` runs them all; see README.md."""
