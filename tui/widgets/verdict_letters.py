"""The verdict in letters of three rows, to be read from across a room. Pure."""

ROWS = 3
_PIXELS = {
    "A": (" ## ", "#  #", "####", "#  #", "#  #"),
    "D": ("### ", "#  #", "#  #", "#  #", "### "),
    "E": ("####", "#   ", "### ", "#   ", "####"),
    "L": ("#   ", "#   ", "#   ", "#   ", "####"),
    "M": ("#   #", "## ##", "# # #", "#   #", "#   #"),
    "N": ("#   #", "##  #", "# # #", "#  ##", "#   #"),
    "O": (" ## ", "#  #", "#  #", "#  #", " ## "),
    "R": ("### ", "#  #", "### ", "# # ", "#  #"),
    "S": (" ###", "#   ", " ## ", "   #", "### "),
    "T": ("#####", "  #  ", "  #  ", "  #  ", "  #  "),
    "-": ("   ", "   ", "###", "   ", "   "),
}
_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def letters(word: str) -> list[str]:
    """A word of those letters in rows of half blocks; a letter that is not drawn is left out."""
    drawn = [_PIXELS[one] for one in word if one in _PIXELS]
    dots = [" ".join(letter[row] for letter in drawn) for row in range(5)]
    dots.append(" " * len(dots[0]))
    return [
        "".join(_HALVES[upper == "#", lower == "#"] for upper, lower in zip(dots[row], dots[row + 1], strict=True))
        for row in range(0, 2 * ROWS, 2)
    ]
