"""Any tree of images or CSV file, under a name of the user's own."""
