"""Có Dấu: takes in, checks and keeps comments until a moderator decides."""

__version__ = "0.1.0"
