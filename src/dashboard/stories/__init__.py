"""Stories: text whose links are views and whose numbers are read from the study table when it is shown."""
