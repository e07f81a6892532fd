"""The Pooled survival page without its widgets: the question, its arms, the result in words and tables."""
