"""A video gateway of asyncio and aiohttp."""
