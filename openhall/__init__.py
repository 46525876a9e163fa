"""openhall: the city's service hall. Floors: base < core < city < web, cli, demo; imports go down only."""

__version__ = "0.1.0"
