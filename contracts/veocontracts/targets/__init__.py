"""How a gateway is reached: in this process (asgi), or as a process of its own over sockets (process)."""
