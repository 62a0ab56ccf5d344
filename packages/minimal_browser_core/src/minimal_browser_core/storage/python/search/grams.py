"""Index tokens for text that FTS5's tokenizer cannot split into words, with the same rules as `storage_rust`.

The unicode61 tokenizer finds words between spaces and punctuation. It cannot find the words of scripts without spaces
(Chinese, Japanese, Thai, …), nor symbols: emoji, and the ends of `C++` and `C#`. For these, *grams* are stored in
columns beside the text, as words that the tokenizer can find:

- A run of a script without spaces becomes each pair of neighbours and its last character: 東京都 gives `東京 京都 都`.
  Two or more characters are searched as a phrase of pairs, which matches substrings; one character as a prefix.
- A word that touches such a run is added, because the tokenizer takes both for one word: `iPhoneを` gives `iPhone を`.
  `をiPhone` gives `を iPhone` and U+E000, which separates it from the next such word.
- A run of symbols becomes U+E000 and the code point of each, then U+E000 alone; the word before it is added first. With
  S for U+E000, `C++` gives `C S2b S2b S`. No typed word begins with this character of the private use area.
"""

from minimal_browser_core.storage.python.search.characters import KINDS, NEEDS_GRAMS, SYMBOL, compose, runs


def gram_tokens(run: str) -> list[str]:
    """Return the pairs of neighbours of an unspaced run, then its last character."""
    return [run[i : i + 2] for i in range(len(run))]


def symbol_tokens(run: str) -> list[str]:
    """Return the tokens of a run of symbols."""
    return [f"{SYMBOL}{ord(char):x}" for char in run if KINDS[ord(char)] != "i"]


def grams(*texts: str) -> str:
    """Return the tokens that are indexed beside `texts`."""
    tokens: list[str] = []
    for text in texts:
        if NEEDS_GRAMS.search(text):
            _add_grams(compose(text), tokens)
    return " ".join(tokens)


def _add_grams(text: str, tokens: list[str]) -> None:
    word, word_end, gram_end = "", -1, -1
    for kind, run, start, end in runs(text):
        if kind == "g":
            if word_end == start:
                tokens.append(word)
            tokens += gram_tokens(run)
            gram_end = end
        elif kind == "w":
            if gram_end == start:
                tokens += [run, SYMBOL]  # separates it from the next such word, or both would match as a phrase
            word, word_end = run, end
        else:
            if kind == "a" and word_end == start:
                tokens.append(word)
            tokens += symbol_tokens(run)
            tokens.append(SYMBOL)
