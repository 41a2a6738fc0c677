from .images import Images, cifar10, fashion_mnist, mnist, mnist_5k

__all__ = ["Images", "cifar10", "fashion_mnist", "mnist", "mnist_5k"]
