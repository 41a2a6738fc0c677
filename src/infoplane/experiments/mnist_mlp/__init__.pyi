from .study import NAME, Demo, MnistMlp, Wongso, questions, run

__all__ = ["NAME", "Demo", "MnistMlp", "Wongso", "questions", "run"]
