"""scipy.spatial, differentiable: distances."""
