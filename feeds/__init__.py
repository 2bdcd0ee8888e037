"""Everything but the screen: facts from venues and publishers, kept, computed on and published."""
