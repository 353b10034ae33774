"""Training tools of Tacit: read text, freeze, adapt to sound, evaluate."""
