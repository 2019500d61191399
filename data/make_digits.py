"""Makes digits.npy: 1797 handwritten digits of 8×8 pixels, with their labels.

    python3 -m pip download --no-deps scikit-learn
    python3 make_digits.py scikit_learn-*.whl

The wheel (1.9.1 made the file here) holds the digits as `sklearn/datasets/data/digits.csv.gz`: a row a digit, its 64
pixels from 0 (paper) to 16 (ink) along the rows of the picture, then the digit that it shows. `digits.npy` is that table
as unsigned bytes [1797, 65], in the same order. Needs nothing but Python.
"""

import csv
import gzip
import io
import struct
import sys
import zipfile
from pathlib import Path

MEMBER = "sklearn/datasets/data/digits.csv.gz"
ROWS, COLUMNS = 1797, 65


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        text = gzip.decompress(wheel.read(MEMBER)).decode("ascii")
    rows = [[int(float(number)) for number in row] for row in csv.reader(io.StringIO(text))]
    assert len(rows) == ROWS and all(len(row) == COLUMNS for row in rows), "1797 rows of 65 numbers"
    assert all(max(row[:-1]) <= 16 and row[-1] <= 9 for row in rows), "pixels to 16, labels to 9"
    target = Path(__file__).with_name("digits.npy")
    target.write_bytes(npy_header() + b"".join(bytes(row) for row in rows))
    print(f"{target.name}: {target.stat().st_size} bytes")


def npy_header() -> bytes:
    """NumPy's own format, version 1.0: the dictionary is padded so that the numbers begin at a multiple of 64."""
    text = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({ROWS}, {COLUMNS}), }}"
    prefix = len(b"\x93NUMPY\x01\x00") + 2
    text += " " * (-(prefix + len(text) + 1) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode("ascii")


if __name__ == "__main__":
    main()
