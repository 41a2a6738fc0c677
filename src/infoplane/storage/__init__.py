"""Files that appear whole or not at all: arrays, JSON lines, locks."""
