"""The 6-MP trial in acute leukaemia (Freireich et al., Blood 1963;21:699-716): weeks of remission, 1 relapse, 0 censored.

As printed in Kalbfleisch & Prentice 1980, table 1.1, and Klein & Moeschberger 2003, table 1.1.
"""

MERCAPTOPURINE = (
    (6, 1),
    (6, 1),
    (6, 1),
    (6, 0),
    (7, 1),
    (9, 0),
    (10, 1),
    (10, 0),
    (11, 0),
    (13, 1),
    (16, 1),
    (17, 0),
    (19, 0),
    (20, 0),
    (22, 1),
    (23, 1),
    (25, 0),
    (32, 0),
    (32, 0),
    (34, 0),
    (35, 0),
)
PLACEBO = tuple((week, 1) for week in (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23))

WEEKS = [week for week, _ in (*MERCAPTOPURINE, *PLACEBO)]
RELAPSED = [relapsed for _, relapsed in (*MERCAPTOPURINE, *PLACEBO)]
ARM = ["6-MP"] * len(MERCAPTOPURINE) + ["placebo"] * len(PLACEBO)
