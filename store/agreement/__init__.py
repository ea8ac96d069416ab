"""How far people agree in what they say of the same thing, beyond chance. Pure numpy.

`counts` holds labels as counts of classes an item; `closeness` says how alike two classes are; `gwet` has AC1
and AC2, `krippendorff` alpha, `raw` agreement as it is and of every two annotators; `clusters` how sure each
figure is. Where a figure has no value, `undefined` says why. They know no store and no name.

Items are things of which something is said by their identity: a response, or an ordered pair of responses;
never the side of a screen, which is drawn anew for each person.
"""
