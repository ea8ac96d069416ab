"""`/api/v1`: what people's own programs may ask, each with its person's token and role.

One table of operations (`operations`) is the server's, the description's and the client's.
"""
