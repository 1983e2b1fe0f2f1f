"""Reads any image file as upright RGB, or says in one line why not; shared by every command."""
