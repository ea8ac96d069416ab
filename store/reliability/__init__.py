"""How far each annotator's labels can be believed, and what is true given all of them. Pure numpy.

`votes` holds labels as arrays; `dawid_skene` estimates a confusion matrix of each annotator over any classes;
`noisy_bradley_terry` estimates reliability and side bias from choices between two. They know no store, no
file and no model.
"""
