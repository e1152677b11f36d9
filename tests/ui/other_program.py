"""The program that an agent works in: an entry whose text is written to a file at every change."""

import sys
import tkinter as tk
from pathlib import Path


def main() -> None:
    """Runs until it is ended."""
    root = tk.Tk()
    root.title("other program")
    root.geometry("300x60+20+20")
    text = tk.StringVar(root)
    target = Path(sys.argv[1])
    text.trace_add("write", lambda *_: target.write_text(text.get(), encoding="utf-8"))
    entry = tk.Entry(root, textvariable=text)
    entry.pack()
    entry.focus_force()
    entry.bind("<FocusIn>", lambda _: target.with_suffix(".focused").touch())
    entry.bind("<FocusOut>", lambda _: target.with_suffix(".focused").unlink(missing_ok=True))
    root.mainloop()


if __name__ == "__main__":
    main()
