"""What a person sees: the web app in which annotators judge responses and engineers watch rounds.

One process owns a home's store and serves it: pages for people, `/api` for programs, one port. Everything
that is asked of the store goes through `store.verbs`. This package never imports torch, transformers or
`rlhf`; a round is a process of its own, started by `annotate.launch` and followed by its files.

A request passes the gate (`gate`), then a route (`sign_in`, `api`) or Streamlit's pages (`shell`, `pages`).
"""
