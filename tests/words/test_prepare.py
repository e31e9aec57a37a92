"""A class that threads decode at once was looked at before: msgspec dies of it otherwise."""

from __future__ import annotations

import subprocess
import sys

CLASSES, THREADS = 120, 6

PROGRAM = f"""
import sys, threading
import msgspec
from noroshi.words.prepare import prepare

for n in range({CLASSES}):
    exec(f'''
class A{{n}}(msgspec.Struct):
    x: int = 0
    y: "tuple[str, ...]" = ()

class B{{n}}(msgspec.Struct):
    a: "A{{n}}"
    b: "tuple[A{{n}}, ...]" = ()
    c: "dict[str, A{{n}}] | None" = None
''')
assert prepare() >= 2 * {CLASSES}
sys.setswitchinterval(1e-6)
raw = b'{{"a":{{"x":1}},"b":[{{"x":2}}],"c":{{"k":{{"y":["z"]}}}}}}'
together = threading.Barrier({THREADS})

def decode():
    for n in range({CLASSES}):
        together.wait()
        msgspec.json.decode(raw, type=globals()[f"B{{n}}"])

threads = [threading.Thread(target=decode) for _ in range({THREADS})]
for each in threads:
    each.start()
for each in threads:
    each.join()
"""


def test_threads_may_decode_what_was_prepared() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
