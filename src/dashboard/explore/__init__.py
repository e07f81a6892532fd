"""Finding the question: the map of the evidence, the eras, single studies and what is known of their quality."""
