"""What came of a workshop: the page that was published, the letters that were sent, actions and proposals.

The words of this room: Publication, Letter, Proposal.
"""
