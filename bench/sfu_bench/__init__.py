"""The load bench: starts a server and a load generator in processes of their own, and measures."""
