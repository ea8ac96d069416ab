"""What Streamlit runs, anew, for every change on a page. Everything lives in `annotate.shell`.

It has a folder of its own: Streamlit takes a `pages/` beside its script for a menu of scripts.
"""

from annotate.shell import draw

draw()
