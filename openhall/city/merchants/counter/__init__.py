"""The counter: the shop reads the payer's code. Who may stand there, its addresses for scanners, and its pages."""
