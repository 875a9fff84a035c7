"""The guideline texts that ship with hmswiki, one folder per language."""
