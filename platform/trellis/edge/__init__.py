"""What every request passes before anything knows what it is about: who may be believed, how much of it there may be, and the headers
that tell browsers what a page may do."""
