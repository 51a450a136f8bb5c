"""When to talk to the platforms and what to make of their answers: upload, download, connectivity."""
