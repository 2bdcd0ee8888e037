"""What a browser says of itself, for the few sites that answer nothing else."""

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"}
