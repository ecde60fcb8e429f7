"""Who may use which machines: classes, trainers, qualifications, and what is recognised of others."""
