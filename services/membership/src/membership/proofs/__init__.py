"""What a document does to memberships: accepted it proves an audience, at its end the audience falls away."""
