"""All of a store in one file, as of one moment, and back: `codau backup`, `codau restore`.

A server is asked for its snapshot as a replica would ask (`snapshot`), so it is of one moment, and any server
can give it while it works. The file adds a header and a digest (`file`). Back it goes as commands, which a
server of our own writes (`unpacking`), so that a store of any kind and version takes it (`filling`).
"""
