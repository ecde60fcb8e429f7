"""Erasures: a person asks to be forgotten, every service answers, a certificate says what became of it."""
