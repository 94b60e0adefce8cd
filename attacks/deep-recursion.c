// attack: calls itself without end
// limits: memory=128MiB
// outcome: signaled out-of-memory
#include <stdio.h>

static int sink(int n) {
    volatile char room[1024];
    room[n & 1023] = (char)n;
    return sink(n + 1) + room[n & 1023];
}

int main(void) {
    printf("%d\n", sink(0));
    return 0;
}
