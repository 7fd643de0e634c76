"""From a file to facts: read it, relate its columns to variables, check every row, match, and add only what is new."""
