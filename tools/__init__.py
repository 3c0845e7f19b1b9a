"""What developers run by hand to make files that belong to the package."""
