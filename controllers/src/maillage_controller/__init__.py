"""The program at the machines of a site: it lets people in by badge and keeps what they used, link or not."""
