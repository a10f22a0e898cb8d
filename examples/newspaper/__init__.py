"""A small newspaper website, run the way the users of Có Dấu run theirs.

It shows articles with the comments below them, takes readers' comments in, and lets a reader whose comment
came back for its missing marks send the suggested text with one click. It holds the website key on the
server: a browser never sees it, and never talks to the comment service itself.

It keeps nothing of its own: comments live in Có Dấu, and which of them a browser sent stands in a signed
cookie of that browser. It is not a content system; its articles are a file.

Run it with ``python -m examples.newspaper``; its variables are in `examples.newspaper.settings`.
"""
