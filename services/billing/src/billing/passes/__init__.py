"""Passes: units of use sold ahead, charged when they are sold, and what booking tells of them since."""
