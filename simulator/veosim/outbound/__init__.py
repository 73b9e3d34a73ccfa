"""Requests that the simulator sends: callbacks, and the fetching of images."""
