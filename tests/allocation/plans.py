"""Plans, seeds and participants that several chapters share."""

from hypothesis import strategies as st

from trial.allocation import Allocated, Factor, Minimisation, PermutedBlocks, Plan, allocate

SEED = bytes(range(32))
OTHER_SEED = bytes(range(1, 33))

RESPONSE = Factor("response", ("CCR", "NCR"))
REGIMEN = Factor("regimen", ("IO", "NO-IO"))
FACTORS = (Factor("site"), RESPONSE, Factor("ct", ("T1-3", "T4a")), REGIMEN)

MINIMISATION = Minimisation("VIGIL-1", ("WW", "TME"), FACTORS)
BLOCKS = PermutedBlocks("VIGIL-1", ("WW", "TME"), (RESPONSE, REGIMEN))

people = st.fixed_dictionaries(
    {
        "site": st.sampled_from(["01", "02", "03"]),
        "response": st.sampled_from(["CCR", "NCR"]),
        "ct": st.sampled_from(["T1-3", "T4a"]),
        "regimen": st.sampled_from(["IO", "NO-IO"]),
    }
)
seeds = st.binary(min_size=32, max_size=32)
plans = st.sampled_from([MINIMISATION, BLOCKS])


def person(site="01", response="CCR", ct="T1-3", regimen="NO-IO"):
    return {"site": site, "response": response, "ct": ct, "regimen": regimen}


def run(plan: Plan, seed: bytes, arrivals: list[dict[str, str]]) -> list[Allocated]:
    """Allocate everyone in order of arrival."""
    done: list[Allocated] = []
    for n, factors in enumerate(arrivals, start=1):
        decision = allocate(plan, seed, done, factors, n)
        done.append(Allocated(n, factors, decision.arm, decision.slot))
    return done
