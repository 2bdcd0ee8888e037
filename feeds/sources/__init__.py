"""One file per publisher of slow series, pure: requests out, bytes in, facts out. The registry is here."""
