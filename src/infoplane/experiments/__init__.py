"""Studies of the field as they are published and as they should be: one plain file each."""
