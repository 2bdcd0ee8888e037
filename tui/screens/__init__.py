"""Screens over the panes: help and the like."""
