"""What groups write at a workshop: points, who wrote them and how they merge, handing in, and the wall.

The words of this room: Note, Point, Edit, Hand-in, Wall.
"""
