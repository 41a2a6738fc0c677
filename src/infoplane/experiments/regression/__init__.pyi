from .study import NAME, Regression, questions, run

__all__ = ["NAME", "Regression", "questions", "run"]
