"""What `testronaut analyze` writes: the interface that was learned, for people, for shells, for other programs."""
