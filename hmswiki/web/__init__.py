"""What every page stands on; Flask, but no feature."""
