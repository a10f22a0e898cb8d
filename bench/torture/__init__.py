"""What the service promises, tried the hard way: `python -m bench.torture NAME|all [--short]`.

A scenario is one module here, named in `registry.SCENARIOS`: a docstring whose first line says what is
promised, a frozen dataclass `Size` (its fields are the options of the command, its defaults the long form), a
constant `SHORT`, and `run(size, folder) -> Outcome`. The folder is its own; what it leaves can be read after.

The judge is apart from the judged. Clients (`crowd`) send over HTTP and write into a `Ledger` before each
request and after each answer; `comparing.compare` holds the ledger against what the service tells over HTTP
in the end, `comparing.look_into` looks into the store's own indexes. `stack` starts what runs: `whole` is
`codau up`, `apart` has Valkey, API and worker as processes of known pid, to be killed and started one by one.

    with apart(folder) as stack:                                # or whole(folder)
        async with crowd(stack, Ledger(folder / "ledger")) as people:
            await people.submit(range(500))                     # until each is answered
            async with people.moderating(4, random.Random(1)):      # who decide what waits meanwhile
                stack.api.kill()
                stack.api.start()
            await people.settled()                              # nothing is queued any more
            broken = await compare(people) + look_into(people)  # sentences; none: the promise was kept
"""
