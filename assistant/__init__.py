"""What an agent sees: lookup, card, popup, tray, hotkey."""
