"""The checklist templates that ship with hmswiki: one YAML file each."""
