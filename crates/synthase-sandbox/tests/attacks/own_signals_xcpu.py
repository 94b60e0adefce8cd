# expect: signaled 24
import os, signal
signal.raise_signal(signal.SIGXCPU)
