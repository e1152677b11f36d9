"""Measures the search index: building a cache, its size, and changes put into it while another process looks up.

`./dev bench lookup_index [--customers N] [--only build|size|changes]…` over the same records as `./dev bench lookup`.
"""

import argparse

from tests.benchmarks.index_build import print_build
from tests.benchmarks.index_changes import print_changes
from tests.benchmarks.index_size import print_size
from tests.benchmarks.lookup_data import bench_files

_PARTS = {"build": print_build, "size": print_size, "changes": print_changes}


def main() -> None:
    """Makes the files where they are missing and prints what was asked for, all by default."""
    parser = argparse.ArgumentParser(prog="./dev bench lookup_index")
    parser.add_argument("--customers", type=int, default=1_200_000, metavar="N")
    parser.add_argument("--only", action="append", choices=_PARTS)
    options = parser.parse_args()
    files = bench_files(options.customers)
    for name in options.only or _PARTS:
        _PARTS[name](files)


if __name__ == "__main__":
    main()
