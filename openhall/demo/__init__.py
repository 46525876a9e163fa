"""The demo city: its people, shops and money, and the outside world that plays along."""
