"""Why things happened: what rules decided about records, noted while they run and written with what they did."""
