"""The command `infoplane`."""
