"""What the scenarios stand on: processes, free ports, real servers, DNS questions and a little statistics.

Everything listens on loopback, on ports that were free a moment ago; nothing sleeps for a fixed time: `waiting.until`
asks again until the answer is right or the time is up. Scratch folders lie on /dev/shm, logs are kept on failure.
"""
