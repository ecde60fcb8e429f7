"""The pages of machines: which ones one may use, who uses them now, what went wrong, their maintenance."""
