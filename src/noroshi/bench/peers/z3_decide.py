"""z3 through z3-solver: the same policies as one formula, decided by putting the facts in.

Every variable of the formula gets the question's value and `simplify` leaves true or false, which
is faster than asking the solver. The formula is made once.
"""

import time

import lines
import z3

loaded = {}
originator, party, pillar, tlp = (z3.Int(name) for name in ("originator", "party", "pillar", "tlp"))
restricted, named, denied, orcon = (
    z3.Bool(name) for name in ("restricted", "named", "denied", "orcon")
)
VARIABLES = (originator, party, pillar, tlp, restricted, named, denied, orcon)


def among(variable, values):
    """Whether the variable has one of the values."""
    return z3.Or([variable == value for value in values])


def load(agreements, questions):
    """Make the formula, and the questions' facts as z3 values."""
    permits = [
        z3.And(
            among(originator, each["parties"]),
            among(party, each["parties"]),
            among(pillar, each["pillars"]),
            tlp <= each["max_tlp"],
        )
        for each in agreements
    ]
    forbids = [
        z3.And(among(originator, each["parties"]), pillar == each["prohibited"], orcon)
        for each in agreements
    ]
    red = 4
    gate = z3.And(z3.Not(denied), z3.If(restricted, named, tlp < red))
    loaded["formula"] = z3.Or(
        originator == party, z3.And(gate, z3.Or(permits), z3.Not(z3.Or(forbids)))
    )
    loaded["questions"] = questions
    return {"questions": len(questions)}


def decide(question):
    """One decision."""
    values = [
        z3.BoolVal(value) if isinstance(value, bool) else z3.IntVal(value) for value in question
    ]
    facts = list(zip(VARIABLES, values, strict=True))
    return z3.is_true(z3.simplify(z3.substitute(loaded["formula"], facts)))


def answers():
    """Every question's decision."""
    return {"allowed": [decide(each) for each in loaded["questions"]]}


def measure(seconds):
    """Single decisions per second of CPU time."""
    count, began = 0, time.process_time()
    while True:
        for question in loaded["questions"]:
            decide(question)
            count += 1
            spent = time.process_time() - began
            if spent >= seconds:
                return {"rate": count / spent}


lines.serve(
    {"version": z3.get_version_string()},
    {"load": load, "answers": answers, "measure": measure},
)
