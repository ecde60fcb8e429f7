"""What one territory recognises of the qualifications of another, by agreement."""
