"""The demonstration: an invented faculty with two years of history, laid out up to the day it is first started.

Units and their names are public facts; every person, date and number is invented, and every page says so.
"""
