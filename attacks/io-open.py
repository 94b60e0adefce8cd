# attack: writes a file of the host by the open that guards forget
# entry: double(x: int) -> int
# example: 2 -> 4
# outcome: returned
# verdict: holds
# absent: /var/tmp/synthase-attack-io-open
import _io


def double(x):
    for opener in (_io.open, _io.FileIO):
        try:
            opener("/var/tmp/synthase-attack-io-open", "w").close()
        except Exception:
            pass
    return 2 * x
