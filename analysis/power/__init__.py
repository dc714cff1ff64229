"""Operating characteristics of the design: whole virtual trials, analysed by the code that will analyse the real one (PROTOCOL 7, 8).

`scenario` says what is true, `law` makes it exact, `people`, `watching` and `virtual` draw a trial, `interim` and `measures` analyse it,
`run` does so many times over, `summary` and `report` tell what came of it. Nothing here reads a database.
"""
