"""Spoil the program's lines on purpose and judge what it says meanwhile: `python -m tests.chaos` prints fault × result.

A real engine hears the simulated market through a proxy on loopback that spoils the traffic of some venues. What it
tells its viewers is compared several times a second with what those venues really said.
"""
