"""Guidelines: what is being written (Draft) and what was published (Edition), in several languages.

Owns the words Guideline, Draft, Edition and Translation.
"""
