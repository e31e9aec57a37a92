"""Desks: one domain each, from its open feeds to findings.

In: sources that `feeds` opened. Out: columns, records and findings, by `words.desk.Desk`.
Desks are found by the entry point group `noroshi.desks`; they do not know one another and
import `noroshi.words` only.
"""
