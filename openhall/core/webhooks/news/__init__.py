"""What owners are told on the phone of their webhooks."""
