"""The pages of imports: a file is sent, looked at, brought in, and taken back."""
