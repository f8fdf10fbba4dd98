"""A local Telegram: Bot API over HTTP with real limits, and a web chat to be a person in it.

Plain asyncio and aiohttp; needs neither Django nor python-telegram-bot.
"""
