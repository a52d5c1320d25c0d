"""Revalidates a JSON text after an edit by the value around the edit, however long the text is.

An editor asks for diagnostics at every keystroke, and Claude Code's state file grows to megabytes:
to validate 20 MB as a whole takes 0.2 s, this well below a millisecond. `JsonDocument` asks
`revalidated`, and reads a valid text through `InPlaceSource`; `TextBuffer` makes `SplicedBytes`.
Nothing else is for use from outside, which import-linter checks. What always holds:

*   **The same answer.** What `revalidated` returns is what validating the whole text would return,
    problem by problem, byte by byte. Where it is not certain it returns None and the whole text is
    validated. (Property test: random edits, each compared with a document parsed anew.)
*   **Only a valid text is a base.** It is one that msgspec accepts, without byte order mark or
    comments. While a text is broken, all edits since it was last valid are one `Splice` over that
    version, which covers what lies between them.
*   **A part can tell.** JSON has no context: a text stays valid when a value takes the place of
    another, or when what stands between two children is replaced by what may stand there. So the
    part is read alone: first what is between two children, then each value around it, outwards.
    Where the text goes on before and after the part, an empty list or member stands in for it.
*   **A part ends where it ended.** A quote or ``/*`` that was typed may take in what follows. A
    problem counts only where it lies within the part, else the next larger part is asked. A number
    or word beside the splice is part of the part, because it may go on in what is typed.
*   **Depth is that of the whole text.** A part is read alone only while it and what is around it
    have at most 300 brackets; a text is refused where it nests deeper than Python recurses.
*   **What is known moves.** Where children stand is read once. A splice inside one child, or of
    white space between two, moves the others; after any other they are read anew when asked for.
*   **Nothing piles up.** A version that was found valid does not keep the one before it alive; a
    broken one keeps the last valid version, and no other.
*   **Copies wait.** `SplicedBytes` joins a text when the whole of it is asked for, which is after
    the answer. The byte offsets of slices are those of the joined text.
"""

from billing_lens.text.incremental.in_place import InPlaceSource
from billing_lens.text.incremental.revalidate import Revalidated, revalidated
from billing_lens.text.incremental.splice import Bytes, Splice, SplicedBytes

__all__ = ["Bytes", "InPlaceSource", "Revalidated", "Splice", "SplicedBytes", "revalidated"]
