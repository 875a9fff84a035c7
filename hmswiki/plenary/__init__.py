"""What points have in common: themes that helpers gather them into, and a summary that stands on them.

The words of this room: Theme, Sentence.
"""
