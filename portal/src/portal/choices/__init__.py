"""What a visitor chooses for every page: territory, language, theme."""
