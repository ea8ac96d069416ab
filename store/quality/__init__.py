"""How good labels are, from all of them at once.

`ballots` reads every label that stands as arrays, one row for every two of its responses; `agreeing` says how
far people agree in them, sliced in any way; `habits` what each annotator does with sides, lengths and time,
and how far they can be believed; `doubts` how likely each label is to be wrong. All but `ballots` is pure.
"""
