"""The verbs of `scanner-app`, one file each: `add_parser(verbs)` and `run(args) -> exit code`."""
