"""Which of the mistakes that the pages list are run: a test says it of itself, and test_recipes_pages.py reads it here."""
import collections

ROWS = collections.defaultdict(set)  # {page: numbers of the rows in its table of mistakes, from 1}


def shows(*rows):
    """Of a test, `page.md 3` for each row whose symptom it sees."""
    for row in rows:
        page, number = row.split()
        ROWS[page].add(int(number))
    return lambda test: test
