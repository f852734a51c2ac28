"""English the British way."""
