"""Pictures that clients send (image, rules), and videos and stills that they get back (clips, in ranges)."""
