"""Backing up a store, putting it back, and data that earlier versions wrote."""
