"""Whose labels are no judgements: tests that may be looked at after every label and stay as sure. Pure numpy.

`evidence` against a claim stays small while the claim is so (e-processes: Ramdas, Grünwald, Vovk & Shafer
2023); `suspects` are the annotators of whom a claim is not so that holds of everybody who judges, each with
what was seen. They know no store and no name.
"""
