"""For all tests: Ctrl-C means what it does at a terminal, wherever they run."""

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts commands in the background without it, and what tests start would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
