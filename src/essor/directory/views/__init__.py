"""The directory's pages: organisations and their facts, sources, and the census put down step by step."""
