"""Who may use which class of machines: a copy of what membership tells, judged on the day of use."""
