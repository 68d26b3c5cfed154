"""Models: training them on batches of data."""

from tracker.nn.checkpoints import load_checkpoint, save_checkpoint
from tracker.nn.data import DataLoader
from tracker.nn.history import History
from tracker.nn.train import EarlyStopping, Trained, train

__all__ = ["DataLoader", "EarlyStopping", "History", "Trained", "load_checkpoint", "save_checkpoint", "train"]
