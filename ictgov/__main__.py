"""`python3 -m ictgov demo` sets the portal up and starts it; `python3 -m ictgov test` sets it up and tests it.

This file is read by whatever Python there is, so it uses nothing that an old one would not understand.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  (this sentence is for those who have an older one)
    sys.exit(
        "The portal needs Python 3.11 or newer; this is Python %d.%d (%s)."  # noqa: UP031
        % (sys.version_info[0], sys.version_info[1], sys.executable)
    )
try:
    import fcntl  # noqa: F401
except ImportError:
    sys.exit("The embedded servers run on Linux and macOS. On Windows use WSL, or `docker compose up`.")

if __name__ == "__main__":
    from ictgov.starter import main

    sys.exit(main(sys.argv[1:]))
