"""Actions: something to do, whose it is, by when, and what became of it. Raised by findings, or by hand."""
