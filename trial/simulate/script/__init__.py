"""What happens when in one simulated life: steps on days, each a form or a decision, later steps made by earlier ones.

A step is done by `Hands` and may return further steps: only after the decision is it known which of the two courses the
trial will see.
"""
