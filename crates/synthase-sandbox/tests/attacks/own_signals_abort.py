# expect: signaled 6
import os
os.abort()
