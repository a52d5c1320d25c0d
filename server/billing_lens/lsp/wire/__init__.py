"""Messages, transport and dispatch where pygls is gone past."""
