"""The booking policies of a site: what they say, where they hold, who decides, whom strikes concern."""
