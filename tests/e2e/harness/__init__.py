"""What the end-to-end tests share: the emulator, the relay, the container clients, the statistics.

Standard library only. Everything that a test starts lives in its temporary folder and ends with it.
"""
