"""A user's own patients beside the published arms, and a digitised curve as an arm of their table."""
