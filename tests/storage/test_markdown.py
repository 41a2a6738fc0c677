from infoplane.storage.markdown import markdown


def test_tables_are_aligned_in_their_source():
    lines = markdown([["a", "bb", "c"], ["ccc", "d", "1"]], labels=2).split("\n")
    assert lines == ["| a   | bb |  c |", "| --- | -- | -: |", "| ccc | d  |  1 |"]


def test_or_not():
    assert markdown([["a", "b"], ["long", "2"]], aligned=False) == "| a | b |\n| --- | ---: |\n| long | 2 |"
