"""Courses, workshops and evenings: what is held when, in which room, led by whom, with which seats."""
