"""Accounts: local sign-in, sessions, invitations and resets. A host with its own sign-in leaves it out.

Owns the words Account, SignIn (a session) and Link (an invitation or a reset).
"""
