"""Respond: what follows from what is known, by itself or by a person.

In: the store, and the agreements in force. Out: `tasks`, what is left for a person to do, overdue
first; `duties`, what the agreements say that this party owes to whom, by when.
"""
