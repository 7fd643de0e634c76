"""Who may do what, and the trace of what was done.

One permission door (``permissions``): every address says who may open it, every action asks before it writes.
A user holds dated **roles**: adviser of a body on a territory, or administrator; everyone else reads.
Each write leaves an **audit event**, chained by hashes so that a missing or altered one is seen.
The **instance** says whether this platform holds a fictitious demonstration or real people's data.
"""
