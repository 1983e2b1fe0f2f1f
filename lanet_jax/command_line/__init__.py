"""What every command shares: how it reads its words, writes its output and ends."""
