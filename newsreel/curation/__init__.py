"""What the owner does to the catalogue: adding and changing outlets in the own file, and lists of other readers."""
