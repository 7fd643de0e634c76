"""The wiring, nothing else: settings, addresses, the server, and the developer's words."""
