"""How a file of lines and columns is read, whoever wrote it."""
