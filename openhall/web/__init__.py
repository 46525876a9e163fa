"""The roof: composes the packages into one application, and gives their pages a layout, components and a session."""
