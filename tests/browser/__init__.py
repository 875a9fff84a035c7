"""The product as a person meets it: every page, every flow, the keyboard, the printer."""
