// attack: fills the memory, and keeps asking when it is refused
// limits: memory=64MiB cpu=1s
// outcome: out-of-memory cpu-timeout
#include <stdlib.h>
#include <string.h>

int main(void) {
    for (;;) {
        char *block = malloc(1 << 20);
        if (block) memset(block, 1, 1 << 20);
    }
}
