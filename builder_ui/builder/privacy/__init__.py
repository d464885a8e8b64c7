"""Where people's data is; finding, exporting and erasing a person."""
