from .study import NAME, IbNet, questions, run

__all__ = ["NAME", "IbNet", "questions", "run"]
