"""The same random zones on Signpost and five other authorities, the same questions to all, every answer compared.

`generate` writes master files, `questions` asks about them, `partners` runs the servers, `asking` puts thousands of
questions a second, `wire` reads the answers, `zone` knows what the file says, `compare` finds differences and `classes`
is the table of those that may stay, each with the sentence of the RFC that supports us. All randomness has a seed.
"""
