"""The doors: screens, routes and command line."""
