"""Who was told of a window, and who is to be called back."""

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Nothing yet."""
