"""People's data: where it is, everything about one person, and making it go. Who asks needs the system permission to erase."""
